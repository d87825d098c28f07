"""Plain loops over numbers: Python's integers never overflow; thousands of times slower."""

import torch


def int_product(qx, qw):
    columns = qw.T.tolist()
    sums = [
        [sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in qx.tolist()
    ]
    return torch.tensor(sums, dtype=torch.int32, device=qx.device)


def int8_matmul(qx, sx, qw, sw):
    sx, sw = sx.tolist(), sw.tolist()
    rows = int_product(qx, qw).tolist()
    result = [[value * sx[i] * sw[j] for j, value in enumerate(row)] for i, row in enumerate(rows)]
    return torch.tensor(result, dtype=torch.float32, device=qx.device)


def int8_linear(X, qw, sw):
    codes, scales = [], []
    for token in X.tolist():
        step = max(abs(value) for value in token) / 127
        codes.append([round(value / step) if step else 0 for value in token])
        scales.append(step)
    qx = torch.tensor(codes, dtype=torch.int8, device=X.device)
    return int8_matmul(qx, torch.tensor(scales, device=X.device), qw, sw)
