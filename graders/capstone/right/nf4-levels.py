"""NF4 levels in blocks of 64 with an fp16 absmax, no look at the inputs: a quarter of a bit less than bitsandbytes."""

import torch


def levels() -> torch.Tensor:
    def quantiles(count):
        return torch.special.ndtri(torch.linspace(0.9677083, 0.5, count + 1)[:-1])

    both = torch.cat([-quantiles(7), torch.zeros(1), quantiles(8).flip(0)])
    return both / both.max()


def pick_bits(layers, budget_bytes):
    return [8 if layer["head"] else 4 for layer in layers]


def quantize_linear(W, X_stats):
    rows, columns = W.shape
    if X_stats["bits"] == 8:
        scale = W.abs().amax(dim=1, keepdim=True) / 127
        scale = torch.where(scale > 0, scale, 1.0)
        return {"q": (W / scale).round().to(torch.int8), "scale": scale}
    blocks = torch.nn.functional.pad(W.flatten(), (0, -W.numel() % 64)).view(-1, 64)
    absmax = blocks.abs().amax(dim=1).half()
    divisor = torch.where(absmax > 0, absmax, 1.0).float()
    borders = (levels()[:-1] + levels()[1:]) / 2
    codes = torch.bucketize(blocks / divisor[:, None], borders).flatten().to(torch.uint8)
    return {"codes": codes[0::2] | codes[1::2] << 4, "absmax": absmax, "shape": [rows, columns]}


def dequantize_linear(payload):
    if "q" in payload:
        return payload["q"] * payload["scale"]
    rows, columns = payload["shape"]
    codes = torch.stack([payload["codes"] & 15, payload["codes"] >> 4], dim=1).view(-1, 64)
    W_hat = levels()[codes.long()] * payload["absmax"].float()[:, None]
    return W_hat.flatten()[: rows * columns].view(rows, columns)
