import torch


def perplexity(logits, tokens, mask):
    p = torch.softmax(logits[:, :-1].double(), dim=-1)
    p = p.gather(2, tokens[:, 1:].unsqueeze(2)).squeeze(2)
    if mask is not None:
        p = p[mask[:, 1:]]
    return 1 / p.mean().item()
