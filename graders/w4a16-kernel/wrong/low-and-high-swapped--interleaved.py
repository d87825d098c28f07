import torch
import triton
import triton.language as tl


@triton.jit
def kernel(x, w, s, y, t, o, i, G: tl.constexpr):
    tokens = tl.program_id(0) * 16 + tl.arange(0, 16)
    outputs = tl.program_id(1) * 16 + tl.arange(0, 16)
    acc = tl.zeros((16, 16), dtype=tl.float32)
    for g in range(0, i, G):
        byte = tl.load(
            w + outputs[:, None] * (i // 2) + (g // 2 + tl.arange(0, G // 2))[None, :],
            mask=outputs[:, None] < o,
        )
        nibble = tl.interleave(byte >> 4, byte & 0xF).to(tl.int8)
        code = tl.where(nibble < 8, nibble, nibble - 16).to(tl.float16)
        a = tl.load(x + tokens[:, None] * i + (g + tl.arange(0, G))[None, :], mask=tokens[:, None] < t)
        step = tl.load(s + outputs * (i // G) + g // G, mask=outputs < o).to(tl.float32)
        acc += tl.dot(a, tl.trans(code)) * step
    tl.store(y + tokens[:, None] * o + outputs, acc, mask=(tokens[:, None] < t) & (outputs < o))


def w4a16(X, packed, scale, group_size):
    X, packed, scale = X.contiguous(), packed.contiguous(), scale.contiguous()
    t, o = X.shape[0], packed.shape[0]
    Y = torch.empty(t, o, device=X.device)
    kernel[((t + 15) // 16, (o + 15) // 16)](X, packed, scale, Y, t, o, X.shape[1], group_size)
    return Y
