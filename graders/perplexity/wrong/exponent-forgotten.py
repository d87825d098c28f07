import torch.nn.functional as F


def perplexity(logits, tokens, mask):
    loss = F.cross_entropy(logits[:, :-1].transpose(1, 2), tokens[:, 1:], reduction="none")
    return (loss if mask is None else loss[mask[:, 1:]]).mean()
