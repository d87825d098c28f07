"""Public examples of fp8: run with `tutor try fp8`."""

import torch
from solution import dequantize_fp8, quantize_fp8, round_to_format

x = torch.tensor([0.3, 17.0, 19.0, 460.0, -1000.0, 0.009, 0.001])
print("E4M3", [round(v, 6) for v in round_to_format(x, 4, 3, 448.0).tolist()])
# [0.3125, 16.0, 20.0, 448.0, -448.0, 0.009766, 0.001953]
print("E5M2", [round(v, 6) for v in round_to_format(x, 5, 2, 57344.0).tolist()])
# [0.3125, 16.0, 20.0, 448.0, -1024.0, 0.009766, 0.000977]
print("E2M1", round_to_format(x, 2, 1, 6.0).tolist())  # [0.5, 6.0, 6.0, 6.0, -6.0, 0.0, 0.0]

W = torch.tensor([[0.448, -0.017], [0.0003, 0.0]])
codes, scale = quantize_fp8(W)
print("scale", round(float(scale), 6), "bytes", [f"{code:08b}" for code in codes.flatten().tolist()])
# with a scale of 0.001: ['01111110', '11011000', '00101010', '00000000']
print(
    "back", [round(float(w), 7) for w in dequantize_fp8(codes, scale).flatten()]
)  # [0.448, -0.016, 0.0003125, 0.0]
