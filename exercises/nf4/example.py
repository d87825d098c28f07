"""Public examples of nf4: run with `tutor try nf4`."""

import torch
from solution import dequantize_nf4, quantize_nf4

W = torch.tensor([0.5, -0.12, 0.0, 0.06, -2.0, 0.9, 0.3, -1.2, 0.04])
codes, absmax = quantize_nf4(W, 4)
print("codes ", codes.tolist())  # the order of the levels is yours
print("absmax", [round(float(a), 4) for a in absmax])  # [0.5, 2.0, 0.04]

W_hat = dequantize_nf4(codes, absmax, 4)
print("block 0 back", [round(float(w), 4) for w in W_hat[:4]])  # [0.5, -0.1422, 0.0, 0.0398]
print("block 1 back", [round(float(w), 4) for w in W_hat[4:8]])  # [-2.0, 0.8814, 0.3219, -1.0501]
print("block 2 back", [round(float(w), 4) for w in W_hat[8:]])  # [0.04]
print("bytes of codes and absmax", codes.numel() + absmax.numel() * absmax.element_size())
