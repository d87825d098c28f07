import torch


def round_to_format(x, exponent_bits, mantissa_bits, largest):
    b = 2 ** (exponent_bits - 1) - 1
    _, e = torch.frexp(x)
    k = e.clamp(min=1 - b)
    step = torch.ldexp(torch.ones_like(x), k - mantissa_bits)
    return torch.clamp(torch.round(x / step) * step, -largest, largest)


def quantize_fp8(W):
    a = W.abs().max()
    scale = a / 448 if a > 0 else torch.tensor(1.0)
    v = round_to_format(W / scale, 4, 3, 448.0)
    m = v.abs()
    table = _numbers()
    c = torch.searchsorted(table, m)
    c = c + 128 * (v < 0)
    return c.to(torch.uint8), scale


def _numbers():
    c = torch.arange(127)
    E, M = c >> 3, c & 7
    s = torch.where(E > 0, 8 + M, M).float()
    return s * 2.0 ** (E.clamp(min=1) - 10).float()


def dequantize_fp8(codes, scale):
    t = torch.cat([_numbers(), torch.tensor([float("nan")])])
    t = torch.cat([t, -t])
    return t[codes.long()] * scale
