"""Public examples of absmax-int8: run with `tutor try absmax-int8`."""

import torch
from solution import dequantize, quantize

W = torch.tensor(
    [
        [0.30, -1.27, 0.05, 0.644],
        [1.00, 0.00, -0.50, 0.126],
    ]
)
q, scale = quantize(W)
print("codes ", q.tolist())  # [[30, -127, 5, 64], [100, 0, -50, 13]]
print("scale ", round(float(scale), 6))  # 0.01

W_hat = dequantize(q, scale)
print("back  ", [[round(float(w), 4) for w in row] for row in W_hat])
print("largest error", round(float((W - W_hat).abs().max()), 4))  # 0.004

# A single large weight sets the step of all others: here it becomes 12.7 / 127 = 0.1.
W[0, 1] = -12.7
q, scale = quantize(W)
print("codes beside -12.7", q.tolist())  # [[3, -127, 0, 6], [10, 0, -5, 1]]
