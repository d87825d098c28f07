import torch
import triton
import triton.language as tl


@triton.jit
def kernel(x_ptr, w_ptr, out_ptr, t, o, i, K: tl.constexpr):
    tokens = tl.program_id(0) * 16 + tl.arange(0, 16)[:, None]
    outputs = tl.program_id(1) * 16 + tl.arange(0, 16)[None, :]
    total = tl.zeros((16, 16), tl.float32)
    for start in range(0, i, K):
        k = start + tl.arange(0, K)
        x = tl.load(x_ptr + tokens * i + k[None, :], mask=tokens < t, other=0)
        w = tl.load(w_ptr + outputs * i + k[:, None], mask=outputs < o, other=0)
        total += tl.dot(x, w)
    tl.store(out_ptr + tokens * o + outputs, total, mask=(tokens < t) & (outputs < o))


def unpacked(bytes_):
    nibbles = torch.stack([bytes_ & 15, bytes_ >> 4], dim=2).flatten(1).to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)


def w4a16(X, packed, scale, group_size):
    q = unpacked(packed.contiguous())
    W = (q * scale.repeat_interleave(group_size, dim=1)).contiguous()
    t, o = len(X), len(packed)
    out = torch.empty(t, o, device=X.device)
    kernel[(triton.cdiv(t, 16), triton.cdiv(o, 16))](X.contiguous(), W, out, t, o, X.shape[1], 32)
    return out
