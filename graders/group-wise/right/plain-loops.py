"""Plain loops over numbers: no padding and no shapes to confuse; hundreds of times slower."""

import torch


def quantize_groups(W, group_size):
    codes, scales = [], []
    for row in W.tolist():
        codes.append([])
        scales.append([])
        for start in range(0, len(row), group_size):
            group = row[start : start + group_size]
            scale = max(abs(w) for w in group) / 7
            scales[-1].append(scale)
            codes[-1].extend(round(w / scale) if scale else 0 for w in group)
    return torch.tensor(codes, dtype=torch.int8), torch.tensor(scales)


def dequantize_groups(q, scale, group_size):
    scales = scale.tolist()
    return torch.tensor(
        [
            [code * scales[i][j // group_size] for j, code in enumerate(row)]
            for i, row in enumerate(q.tolist())
        ],
        dtype=torch.float32,
    )
