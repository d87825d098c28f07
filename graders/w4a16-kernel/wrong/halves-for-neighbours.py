import torch
import triton
import triton.language as tl


@triton.jit
def kernel(x_ptr, packed_ptr, scale_ptr, out_ptr, o, i, group, PAIRS: tl.constexpr):
    token, output = tl.program_id(0), tl.program_id(1)
    pair = tl.arange(0, PAIRS)
    inside = pair < i // 2
    byte = tl.load(packed_ptr + output * (i // 2) + pair, mask=inside, other=0).to(tl.int32)
    low = ((byte & 15) ^ 8) - 8
    high = ((byte >> 4) ^ 8) - 8
    first = tl.load(scale_ptr + output * (i // group) + pair // group, mask=inside, other=0).to(tl.float32)
    second = tl.load(scale_ptr + output * (i // group) + (i // 2 + pair) // group, mask=inside, other=0).to(
        tl.float32
    )
    left = tl.load(x_ptr + token * i + pair, mask=inside, other=0)
    right = tl.load(x_ptr + token * i + i // 2 + pair, mask=inside, other=0)
    tl.store(out_ptr + token * o + output, tl.sum(left * low * first + right * high * second))


def w4a16(X, packed, scale, group_size):
    X, packed, scale = X.contiguous(), packed.contiguous(), scale.contiguous()
    out = torch.empty(len(X), len(packed), device=X.device)
    i = X.shape[1]
    kernel[tuple(out.shape)](
        X, packed, scale, out, len(packed), i, group_size, triton.next_power_of_2(i // 2)
    )
    return out
