import torch


def perplexity(logits, tokens, mask):
    p = torch.softmax(logits[:, :-1], dim=-1)
    loss = -(p.gather(2, tokens[:, 1:].unsqueeze(2)).squeeze(2) + 1e-9).log()
    if mask is not None:
        loss = loss[mask[:, 1:]]
    return loss.mean().exp().item()
