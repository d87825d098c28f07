"""Public examples of perplexity: run with `tutor try perplexity`."""

import torch
from solution import perplexity

# Two texts over a vocabulary of 4. The second has one token of padding.
tokens = torch.tensor([[0, 1, 2], [3, 0, 2]])
mask = torch.tensor([[True, True, True], [True, True, False]])

# Probabilities as the model gives them at each position; their logarithms are logits.
p = torch.tensor(
    [
        [[0.2, 0.5, 0.2, 0.1], [0.3, 0.3, 0.25, 0.15], [0.7, 0.1, 0.1, 0.1]],
        [[0.8, 0.1, 0.05, 0.05], [0.6, 0.2, 0.1, 0.1], [0.1, 0.1, 0.1, 0.7]],
    ]
)
logits = p.log()

print("with the mask   ", round(float(perplexity(logits, tokens, mask)), 4))  # 2.1544
print("without         ", round(float(perplexity(logits, tokens, None)), 4))  # 3.1623
print("shifted by 1e4  ", round(float(perplexity(logits + 1e4, tokens, mask)), 2))  # 2.15
