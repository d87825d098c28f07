"""Public examples of outlier-decomposition: run with `tutor try outlier-decomposition`."""

import torch
from solution import matmul_with_outliers, split_outliers

# Two tokens, four features. Feature 2 is an outlier: |20| and |-30| are beyond 6.
X = torch.tensor(
    [
        [0.51, -1.27, 20.0, 0.25],
        [-2.54, 0.3, -30.0, 1.0],
    ]
)
W = torch.tensor(
    [
        [0.508, -0.2],
        [1.27, 0.4],
        [0.3, -0.1],
        [-0.7, 0.635],
    ]
)
threshold = 6.0


def show(name: str, Y: torch.Tensor) -> None:
    print(f"{name:22}", [[round(float(y), 3) for y in row] for row in Y])


print("outlier features", split_outliers(X, threshold).tolist())  # [2]
show("X W exactly", X @ W)  # [[4.471, -2.451], [-10.609, 4.263]]
show("yours", matmul_with_outliers(X, W, threshold))  # [[4.472, -2.451], [-10.614, 4.263]]

# The same in int8 alone. The scale of a token is now that of its outlier: 20 / 127 and 30 / 127.
x_scale = X.abs().amax(dim=1, keepdim=True) / 127
w_scale = W.abs().amax(dim=0, keepdim=True) / 127
all_int8 = ((X / x_scale).round() @ (W / w_scale).round()) * x_scale * w_scale
show("all features in int8", all_int8)  # [[4.42, -2.398], [-10.687, 4.214]]
