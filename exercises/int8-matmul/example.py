"""The numbers of the brief. Run it with: tutor try int8-matmul"""

import torch
from solution import int8_linear, int8_matmul, int_product

X = torch.tensor([[0.51, -1.27, 0.253], [2.54, 0.3, -1.0]])
qx = torch.tensor([[51, -127, 25], [127, 15, -50]], dtype=torch.int8)
sx = torch.tensor([0.01, 0.02])
qw = torch.tensor([[100, -127], [-127, 5], [30, 64]], dtype=torch.int8)
sw = torch.tensor([0.001, 0.01])


def shown(result):
    return [[round(value, 5) for value in row] for row in result.tolist()]


print("sums of codes:   ", int_product(qx, qw).tolist())  # [[21979, -5512], [9295, -19254]]
print("times both steps:", shown(int8_matmul(qx, sx, qw, sw)))  # [[0.21979, -0.5512], [0.1859, -3.8508]]
print("from floats:     ", shown(int8_linear(X, qw, sw)))  # [[0.21979, -0.5512], [0.1859, -3.8508]]
print("X times weights: ", shown(X @ (qw * sw)))  # [[0.21988, -0.54928], [0.1859, -3.8508]]

# 1,041 products of 127 · 127 are more than 2²⁴ = 16,777,216.
ones = torch.full((1, 1041), 127, dtype=torch.int8)
print("a long sum:      ", int_product(ones, ones.T).tolist())  # [[16790289]]
