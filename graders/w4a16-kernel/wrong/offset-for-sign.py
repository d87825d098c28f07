import torch
import triton
import triton.language as tl


@triton.jit
def one(x_ptr, packed_ptr, scale_ptr, out_ptr, o, i, group: tl.constexpr):
    token, output = tl.program_id(0), tl.program_id(1)
    total = 0.0
    for k in range(i // group):
        pair = k * (group // 2) + tl.arange(0, group // 2)
        byte = tl.load(packed_ptr + output * (i // 2) + pair).to(tl.int32)
        low, high = byte & 15, byte >> 4
        low -= 8
        high -= 8
        x_low = tl.load(x_ptr + token * i + 2 * pair).to(tl.float32)
        x_high = tl.load(x_ptr + token * i + 2 * pair + 1).to(tl.float32)
        step = tl.load(scale_ptr + output * (i // group) + k).to(tl.float32)
        total += step * tl.sum(x_low * low + x_high * high)
    tl.store(out_ptr + token * o + output, total)


def w4a16(X, packed, scale, group_size):
    X, packed, scale = (each.contiguous() for each in (X, packed, scale))
    out = X.new_empty(X.shape[0], packed.shape[0], dtype=torch.float32)
    one[tuple(out.shape)](X, packed, scale, out, out.shape[1], X.shape[1], group_size)
    return out
