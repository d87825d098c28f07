import torch


def pack_int4(q):
    rows = []
    for row in q.tolist():
        row = [code % 16 for code in row] + [0]
        rows.append([row[j] + 16 * row[j + 1] for j in range(0, q.shape[1], 2)])
    return torch.tensor(rows)


def unpack_int4(packed, columns):
    nibbles = torch.stack([packed & 15, packed >> 4], dim=2).flatten(1)[:, :columns].to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)
