"""Public examples of awq: run with `tutor try awq`."""

import torch
from solution import apply_awq, awq_scales

W = torch.tensor([[0.9, 0.1, -0.3, 0.6]])
x = torch.tensor([1.0, 20.0, -1.0, 1.0])


def rounded(values: torch.Tensor) -> list:
    return [round(float(v), 4) + 0.0 if v.dim() == 0 else rounded(v) for v in values]


print("exact      ", rounded(W @ x))  # [3.8]
for loud in (1.0, 8.0, 40.0):
    W_hat = apply_awq(W, torch.tensor([1.0, loud, 1.0, 1.0]), 3, 4)
    print(f"s_1 = {loud:4g} ", rounded(W_hat), "gives", rounded(W_hat @ x))
# With the symmetric grid absmax / 3:
print("the brief's", [[0.9, 0.0, -0.3, 0.6]], [[0.9, 0.1125, -0.3, 0.6]], [[1.3333, 0.1, 0.0, 0.0]])

# Eight outputs, 40 channels in groups of 16, the last of them short. Every tenth channel is loud.
generator = torch.Generator().manual_seed(7)
X, W = torch.randn(12, 40, generator=generator), torch.randn(8, 40, generator=generator)
X[:, ::10] *= 50
W[:, ::10] *= 0.1
X[:, 3] = 0.0  # a dead channel
s = awq_scales(W, X, 4, 16)


def loss(W_hat: torch.Tensor) -> float:
    return float((X @ (W - W_hat).T).square().sum())


print("s of the first eleven, in units of the second:", rounded((s / s[1])[:11]))
plain, scaled = loss(apply_awq(W, torch.ones(40), 4, 16)), loss(apply_awq(W, s, 4, 16))
print(f"loss without scales {plain:.0f}, with yours {scaled:.0f}")
