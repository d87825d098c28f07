"""perplexity: how many tokens a model hesitates between, on average."""

import torch


def perplexity(logits: torch.Tensor, tokens: torch.Tensor, mask: torch.Tensor | None) -> float:
    # Position t predicts token t + 1: the last position has no token to be held against,
    # and nothing predicts the first token.
    log_p = torch.log_softmax(logits[:, :-1], dim=-1)  # never softmax first: e⁻¹²⁰ is 0 in float32
    targets = tokens[:, 1:]
    loss = -log_p.gather(2, targets.unsqueeze(2)).squeeze(2)  # [b, t - 1], in nats

    if mask is not None:
        loss = loss[mask[:, 1:]]  # the mask says which *targets* are real, so it moves along with them

    # One mean over all tokens of the batch, and one exponent of it, at the very end.
    return loss.mean().exp().item()
