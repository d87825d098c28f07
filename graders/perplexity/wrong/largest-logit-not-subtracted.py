def perplexity(logits, tokens, mask):
    e = logits[:, :-1].exp()
    p = e / e.sum(-1, keepdim=True)
    loss = -p.gather(2, tokens[:, 1:].unsqueeze(2)).squeeze(2).log()
    if mask is not None:
        loss = loss[mask[:, 1:]]
    return loss.mean().exp().item()
