import torch


def perplexity(logits, tokens, mask):
    if mask is None:
        mask = torch.ones_like(tokens, dtype=torch.bool)
    log_p = torch.log_softmax(logits[:, :-1], dim=-1)
    loss = -log_p.gather(2, tokens[:, 1:].unsqueeze(2)).squeeze(2)
    total = (loss * mask[:, 1:]).sum()
    return torch.exp(total / mask.sum()).item()
