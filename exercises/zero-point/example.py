"""Public examples of zero-point: run with `tutor try zero-point`."""

import torch
from solution import dequantize_asymmetric, quantize_asymmetric

W = torch.tensor(
    [
        [-0.51, 0.0, 1.204, 2.04],
        [-1.0, -5.1, -2.505, -0.3],
    ]
)
q, scale, zero_point = quantize_asymmetric(W)
print("codes      ", q.tolist())  # [[0, 51, 171, 255], [205, 0, 130, 240]]
print("scales     ", [round(float(s), 6) for s in scale.flatten()])  # [0.01, 0.02]
print("zero points", zero_point.flatten().tolist())  # [51, 255]

W_hat = dequantize_asymmetric(q, scale, zero_point)
print("back       ", [[round(float(w), 4) for w in row] for row in W_hat])
largest = (W - W_hat).abs().amax(dim=1)
print("largest error in each row", [round(float(error), 4) for error in largest])  # [0.004, 0.005]
