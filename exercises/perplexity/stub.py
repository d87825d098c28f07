"""perplexity: how many tokens a model hesitates between, on average."""

import torch


def perplexity(logits: torch.Tensor, tokens: torch.Tensor, mask: torch.Tensor | None) -> float:
    """The perplexity of a model on a batch of texts.

    Args:
        logits: float32 [b, t, v], what the model said at each position, not normalized.
        tokens: int64 [b, t], the texts themselves, ids from 0 to v - 1.
        mask: bool [b, t], False where a token is padding (on the right only); None: no padding.

    Returns:
        One number: the exponent of the mean loss (-ln p) of all real tokens that a position predicts.
    """
    raise NotImplementedError("perplexity is not written yet")
