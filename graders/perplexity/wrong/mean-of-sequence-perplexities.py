import torch


def perplexity(logits, tokens, mask):
    log_p = torch.log_softmax(logits[:, :-1], dim=-1)
    loss = -log_p.gather(2, tokens[:, 1:].unsqueeze(2)).squeeze(2)
    weight = torch.ones_like(loss) if mask is None else mask[:, 1:].float()
    means = (loss * weight).sum(1) / weight.sum(1)
    return means.exp().mean().item()
