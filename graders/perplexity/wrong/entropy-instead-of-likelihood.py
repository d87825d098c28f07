import torch


def perplexity(logits, tokens, mask):
    entropy = torch.distributions.Categorical(logits=logits[:, :-1]).entropy()
    if mask is not None:
        entropy = entropy[mask[:, 1:]]
    return entropy.mean().exp().item()
