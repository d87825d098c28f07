"""In numpy, with the largest logit subtracted by hand: what log_softmax does, spelled out."""

import numpy as np


def perplexity(logits, tokens, mask):
    logits, tokens = logits.numpy()[:, :-1], tokens.numpy()[:, 1:]
    shifted = logits - logits.max(axis=-1, keepdims=True)
    chosen = np.take_along_axis(shifted, tokens[..., None], axis=-1)[..., 0]
    loss = np.log(np.exp(shifted).sum(axis=-1)) - chosen
    keep = np.ones(tokens.shape, bool) if mask is None else mask.numpy()[:, 1:]
    return np.exp(loss[keep].mean())
