"""By torch's loss function, with padding marked as a target that it skips: shorter, and it copies the logits once."""

import torch
import torch.nn.functional as F


def perplexity(logits, tokens, mask):
    targets = tokens[:, 1:].clone()
    if mask is not None:
        targets[~mask[:, 1:]] = -100
    loss = F.cross_entropy(
        logits[:, :-1].reshape(-1, logits.shape[-1]), targets.reshape(-1), ignore_index=-100
    )
    return torch.exp(loss)
