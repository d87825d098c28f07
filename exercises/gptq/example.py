"""Public examples of gptq: run with `tutor try gptq`."""

import torch
from solution import gptq

W = torch.tensor([[3.0, 0.4, 0.3], [-1.5, 0.2, 0.2]])
H = torch.tensor([[10.0, 0.0, 0.0], [0.0, 10.0, 8.0], [0.0, 8.0, 10.0]])


def loss(W_hat: torch.Tensor) -> float:
    error = W - W_hat
    return float(((error @ H) * error).sum())


W_hat = gptq(W.clone(), H.clone(), 3, 3)
values = [[round(float(w), 3) for w in row] for row in W_hat]
print("gptq            ", values)  # [[3.0, 0.0, 1.0], [-1.5, 0.0, 0.5]]
print("loss of gptq    ", round(loss(W_hat), 2))  # 2.36

step = W.abs().amax(dim=1, keepdim=True) / 3
print("loss of rounding", round(loss((W / step).round() * step), 2))  # 5.86
