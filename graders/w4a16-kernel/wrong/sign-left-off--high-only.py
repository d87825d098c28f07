import torch
import triton
import triton.language as tl


@triton.jit
def kernel(
    x, x_t, x_i, w, w_o, w_i, s, s_o, s_g, y, t, o, groups,
    G: tl.constexpr, BT: tl.constexpr, BO: tl.constexpr,
):  # fmt: skip
    rows = tl.program_id(axis=1) * BT + tl.arange(0, BT)
    cols = tl.program_id(axis=0) * BO + tl.arange(0, BO)
    half = tl.arange(0, G // 2)
    acc = tl.zeros([BT, BO], dtype=tl.float32)
    for g in tl.range(groups):
        byte = tl.load(
            w + cols[:, None] * w_o + (g * (G // 2) + half)[None, :] * w_i, mask=(cols < o)[:, None], other=0
        )
        step = tl.load(s + cols * s_o + g * s_g, mask=cols < o, other=0.0)
        signed = byte.to(tl.int8, bitcast=True)
        high = (byte >> 4).to(tl.float16) * step[:, None]
        low = ((signed << 4).to(tl.int8) >> 4).to(tl.float16) * step[:, None]
        first = x + rows[:, None] * x_t + (g * G + 2 * half)[None, :] * x_i
        acc = tl.dot(tl.load(first, mask=(rows < t)[:, None], other=0.0), low.trans(), acc)
        acc = tl.dot(tl.load(first + x_i, mask=(rows < t)[:, None], other=0.0), high.trans(), acc)
    tl.store(
        y + rows[:, None] * o + cols[None, :],
        acc.to(tl.float16),
        mask=(rows < t)[:, None] & (cols < o)[None, :],
    )


def w4a16(X, packed, scale, group_size):
    t, o = X.shape[0], packed.shape[0]
    Y = torch.empty((t, o), dtype=X.dtype, device=X.device)

    def grid(meta):
        return triton.cdiv(o, meta["BO"]), triton.cdiv(t, meta["BT"])

    kernel[grid](
        X, *X.stride(), packed, *packed.stride(), scale, *scale.stride(), Y, t, o, scale.shape[1],
        G=group_size, BT=16, BO=64,
    )  # fmt: skip
    return Y
