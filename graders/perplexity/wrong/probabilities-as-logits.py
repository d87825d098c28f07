import torch
import torch.nn.functional as F


def perplexity(logits, tokens, mask):
    p = torch.softmax(logits[:, :-1], dim=-1)
    loss = F.cross_entropy(p.transpose(1, 2), tokens[:, 1:], reduction="none")
    return (loss if mask is None else loss[mask[:, 1:]]).mean().exp()
