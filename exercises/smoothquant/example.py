"""Public examples of smoothquant: run with `tutor try smoothquant`."""

import torch
from solution import smooth, smoothing_scales

# Two tokens, four channels. Channel 0 is loud, channel 3 is dead: no token uses it.
X = torch.tensor(
    [
        [-81.0, 0.5, 16.0, 0.0],
        [54.0, 1.0, -8.0, 0.0],
    ]
)
W = torch.tensor(
    [
        [0.0625, -0.03],
        [-1.0, 0.5],
        [0.0625, 0.05],
        [0.5, 0.25],
    ]
)
x_absmax, w_absmax = X.abs().amax(dim=0), W.abs().amax(dim=1)


def rounded(values: torch.Tensor, digits: int = 4) -> list:
    return [round(float(v), digits) if v.dim() == 0 else rounded(v, digits) for v in values]


def in_int8(A: torch.Tensor, dim: int) -> torch.Tensor:
    scale = A.abs().amax(dim=dim, keepdim=True) / 127
    return (A / scale).round() * scale


print("max|X_j|      ", rounded(x_absmax))  # [81.0, 1.0, 16.0, 0.0]
print("max|W_j|      ", rounded(w_absmax))  # [0.0625, 1.0, 0.0625, 0.5]

# The last number may be any positive one: that channel is dead.
print("s, alpha 0.75 ", rounded(smoothing_scales(x_absmax, w_absmax, 0.75)))  # [54.0, 1.0, 16.0, 1.0]
s = smoothing_scales(x_absmax, w_absmax, 0.5)
print("s, alpha 0.5  ", rounded(s))  # [36.0, 1.0, 16.0, 1.0]

X_hat, W_hat = smooth(X, W, s)
print("max|X̂_j|      ", rounded(X_hat.abs().amax(dim=0)))  # [2.25, 1.0, 1.0, 0.0]
print("max|Ŵ_j|      ", rounded(W_hat.abs().amax(dim=1)))  # [2.25, 1.0, 1.0, 0.5]

print("X W           ", rounded(X @ W, 3))  # [[-4.562, 3.48], [1.875, -1.52]]
print("X̂ Ŵ           ", rounded(X_hat @ W_hat, 3))  # [[-4.562, 3.48], [1.875, -1.52]]
print("X W in int8   ", rounded(in_int8(X, 1) @ in_int8(W, 0), 3))
print("X̂ Ŵ in int8   ", rounded(in_int8(X_hat, 1) @ in_int8(W_hat, 0), 3))
