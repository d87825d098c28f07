import torch
import torch.nn.functional as F


def perplexity(logits, tokens, mask):
    v = logits.shape[-1]
    targets = torch.zeros_like(tokens)
    targets[:, :-1] = tokens[:, 1:]
    keep = torch.ones_like(tokens, dtype=torch.bool)
    if mask is not None:
        keep[:, :-1] = mask[:, 1:]
    loss = F.cross_entropy(logits.reshape(-1, v), targets.reshape(-1), reduction="none")
    return loss[keep.reshape(-1)].mean().exp()
