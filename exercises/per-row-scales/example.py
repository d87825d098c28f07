"""Public examples of per-row-scales: run with `tutor try per-row-scales`."""

import torch
from solution import dequantize_rows, quantize_rows

W = torch.tensor(
    [
        [0.404, -1.27, 0.02, 0.9],
        [30.3, 12.6, -127.0, 61.8],
    ]
)
q, scale = quantize_rows(W)
print("codes ", q.tolist())  # [[40, -127, 2, 90], [30, 13, -127, 62]]
print("scales", [round(float(s), 6) for s in scale.flatten()])  # [0.01, 1.0]

W_hat = dequantize_rows(q, scale)
print("back  ", [[round(float(w), 4) for w in row] for row in W_hat])
largest = (W - W_hat).abs().amax(dim=1)
print("largest error in each row", [round(float(error), 4) for error in largest])  # [0.004, 0.4]

# One scale for the whole matrix is 127 / 127 = 1.0: look at what is left of the first row.
print("with one scale, row 0 is  ", [round(float(w)) for w in W[0]])  # [0, -1, 0, 1]
