"""Public examples of calibration: run with `tutor try calibration`."""

import torch
from solution import minmax_range, mse_range, percentile_range, quantize_dynamic, quantize_static

# Two batches of two tokens and four features.
batches = [
    torch.tensor([[0.5, -0.3, 0.8, -0.6], [0.2, 0.7, -0.9, 0.4]]),
    torch.tensor([[-0.15, 0.55, 0.35, -2.8], [1.15, -0.75, 0.45, -0.35]]),
]
print("min-max        ", round(float(minmax_range(batches)), 3))  # 2.8
print("80th percentile", round(float(percentile_range(batches, 80.0)), 3))  # 0.8
print("least error    ", round(float(mse_range(batches, 4)), 3))  # near 2.8


def show(name: str, X: torch.Tensor) -> None:
    print(f"{name:15}", [[round(float(x), 2) + 0.0 for x in row] for row in X])


X = batches[1]
show("static, 2.8", quantize_static(X, 2.8, 4))  # [[0.0, 0.4, 0.4, -2.8], [1.2, -0.8, 0.4, -0.4]]
show("static, 1.4", quantize_static(X, 1.4, 4))  # [[-0.2, 0.6, 0.4, -1.4], [1.2, -0.8, 0.4, -0.4]]
show("dynamic", quantize_dynamic(X, 4))  # [[0.0, 0.4, 0.4, -2.8], [1.15, -0.82, 0.49, -0.33]]
