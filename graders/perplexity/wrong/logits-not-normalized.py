def perplexity(logits, tokens, mask):
    loss = -logits[:, :-1].gather(2, tokens[:, 1:].unsqueeze(2)).squeeze(2)
    if mask is not None:
        loss = loss[mask[:, 1:]]
    return loss.mean().exp().item()
