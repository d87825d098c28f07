import torch


def levels():
    pos = torch.special.ndtri(torch.linspace(0.9677083, 0.5, 8, dtype=torch.float64))
    neg = -torch.special.ndtri(torch.linspace(0.9677083, 0.5, 7, dtype=torch.float64))
    table = torch.cat([neg, torch.zeros(1, dtype=torch.float64), pos.flip(0)])
    return (table / table.max()).float()


def quantize_nf4(W, block_size):
    n = W.numel()
    blocks = -(-n // block_size)
    P = torch.zeros(blocks * block_size)
    P[:n] = W
    P = P.view(blocks, block_size)
    a = P.abs().amax(dim=1)
    d = torch.where(a == 0, torch.ones_like(a), a)
    L = levels()
    borders = (L[1:] + L[:-1]) / 2
    codes = torch.bucketize(P / d[:, None], borders)
    return codes.flatten()[:n].to(torch.uint8), a


def dequantize_nf4(codes, absmax, block_size):
    v = levels()[codes.long()]
    return v * absmax.float().flatten().repeat_interleave(block_size)[: v.numel()]
