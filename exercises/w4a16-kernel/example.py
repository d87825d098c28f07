"""Public examples of w4a16-kernel: run with `tutor try w4a16-kernel`."""

import torch
from solution import w4a16

# Two outputs, one group of 32 columns. Byte 227 is 1110 0011: the codes 3 and -2.
packed = torch.zeros(2, 16, dtype=torch.uint8)
packed[0, 0] = 227
packed[1, 0], packed[1, 15] = 7, 128  # the codes 7 and 0 ... 0 and -8
scale = torch.tensor([[0.5], [0.25]], dtype=torch.float16)

X = torch.zeros(2, 32, dtype=torch.float16)
X[0, 0], X[0, 1] = 1.0, 10.0  # columns 0 and 1
X[1, 31] = 3.0  # the last column

print(w4a16(X, packed, scale, 32).tolist())  # [[-8.5, 1.75], [0.0, -6.0]]
