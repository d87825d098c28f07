import torch


def perplexity(logits, tokens, mask):
    targets = tokens[:, 1:]
    keep = targets != 0
    if mask is not None:
        keep &= mask[:, 1:]
    log_p = torch.log_softmax(logits[:, :-1], dim=-1)
    loss = -log_p.gather(2, targets.unsqueeze(2)).squeeze(2)
    return loss[keep].mean().exp().item()
