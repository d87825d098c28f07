"""Public examples of group-wise: run with `tutor try group-wise`."""

import torch
from solution import dequantize_groups, quantize_groups

W = torch.tensor(
    [
        [0.06, -0.14, 0.034, 7.0, 3.2, -1.9, 0.3],
        [0.0, 0.0, 0.0, 0.21, -0.1, 0.04, -0.35],
    ]
)
q, scale = quantize_groups(W, 3)
print("codes ", q.tolist())  # [[3, -7, 2, 7, 3, -2, 7], [0, 0, 0, 7, -3, 1, -7]]
print(
    "scales", [[round(float(s), 4) for s in row] for row in scale]
)  # [[0.02, 1.0, 0.0429], [0.0, 0.03, 0.05]]

W_hat = dequantize_groups(q, scale, 3)
print("back  ", [[round(float(w), 4) for w in row] for row in W_hat])
print("bytes of codes and float32 scales", q.numel() + 4 * scale.numel())
