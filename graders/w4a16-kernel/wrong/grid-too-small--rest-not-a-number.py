import torch
import triton
import triton.language as tl


@triton.jit
def kernel(
    x_ptr,
    packed_ptr,
    scale_ptr,
    out_ptr,
    t,
    o,
    i,
    GROUP: tl.constexpr,
    BLOCK_T: tl.constexpr,
    BLOCK_O: tl.constexpr,
):
    tokens = tl.program_id(0) * BLOCK_T + tl.arange(0, BLOCK_T)
    outputs = tl.program_id(1) * BLOCK_O + tl.arange(0, BLOCK_O)
    pairs = tl.arange(0, GROUP // 2)
    total = tl.zeros((BLOCK_T, BLOCK_O), tl.float32)
    for group in range(i // GROUP):
        byte_at = packed_ptr + outputs[None, :] * (i // 2) + group * (GROUP // 2) + pairs[:, None]
        byte = tl.load(byte_at, mask=outputs[None, :] < o)
        low = ((byte & 15) ^ 8).to(tl.int8) - 8
        high = ((byte >> 4) ^ 8).to(tl.int8) - 8

        even_at = x_ptr + tokens[:, None] * i + group * GROUP + 2 * pairs[None, :]
        even = tl.load(even_at, mask=tokens[:, None] < t)
        odd = tl.load(even_at + 1, mask=tokens[:, None] < t)
        part = tl.dot(even, low.to(tl.float16)) + tl.dot(odd, high.to(tl.float16))

        step = tl.load(scale_ptr + outputs * (i // GROUP) + group, mask=outputs < o)
        total += part * step[None, :]
    out_at = out_ptr + tokens[:, None] * o + outputs[None, :]
    tl.store(out_at, total, mask=(tokens[:, None] < t) & (outputs[None, :] < o))


def w4a16(X: torch.Tensor, packed: torch.Tensor, scale: torch.Tensor, group_size: int) -> torch.Tensor:
    X, packed, scale = X.contiguous(), packed.contiguous(), scale.contiguous()
    (t, i), o = X.shape, packed.shape[0]
    out = torch.full((t, o), float("nan"), device=X.device)
    block_t, block_o = 16, 32
    grid = (1, triton.cdiv(o, block_o))
    kernel[grid](X, packed, scale, out, t, o, i, group_size, block_t, block_o)
    return out
