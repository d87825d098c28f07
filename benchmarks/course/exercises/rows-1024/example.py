import torch
from solution import quantize_rows

print(quantize_rows(torch.eye(2)))
