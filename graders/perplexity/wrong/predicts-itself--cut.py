import torch.nn.functional as F


def perplexity(logits, tokens, mask):
    logits, tokens = logits[:, :-1], tokens[:, :-1]
    loss = F.cross_entropy(logits.transpose(1, 2), tokens, reduction="none")
    if mask is not None:
        loss = loss[mask[:, 1:]]
    return loss.mean().exp()
