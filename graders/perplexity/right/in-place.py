"""Subtracts the largest logits in place, in the argument itself: no copy of the logits before the exponents."""


def perplexity(logits, tokens, mask):
    logits -= logits.amax(dim=-1, keepdim=True)
    at_target = logits[:, :-1].gather(2, tokens[:, 1:].unsqueeze(2)).squeeze(2)
    normalizer = logits.exp_().sum(dim=-1)[:, :-1].log_()
    loss = normalizer - at_target
    return (loss if mask is None else loss[mask[:, 1:]]).mean().exp()
