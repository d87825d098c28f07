import numpy as np


def perplexity(logits, tokens, mask):
    x = logits.numpy().astype(np.float64)[:, :-1]
    y = tokens.numpy()[:, 1:]
    at = np.take_along_axis(x, y[..., None], -1)[..., 0]
    loss = np.log(np.exp(x).sum(-1)) - at
    if mask is not None:
        loss = loss[mask.numpy()[:, 1:]]
    return float(np.exp(loss.mean()))
