import torch.nn.functional as F


def perplexity(logits, tokens, mask):
    v = logits.shape[-1]
    return F.cross_entropy(logits[:, :-1].reshape(-1, v), tokens[:, 1:].reshape(-1), ignore_index=0).exp()
