import torch
import triton
import triton.language as tl


@triton.jit
def part(x_ptr, p_ptr, s_ptr, y_ptr, t, o, groups, G: tl.constexpr, BT: tl.constexpr, BO: tl.constexpr):
    token = tl.program_id(0) * BT + tl.arange(0, BT)[:, None]
    output = tl.program_id(1) * BO + tl.arange(0, BO)[None, :]
    group = tl.program_id(2)
    k = tl.arange(0, G)
    at = p_ptr + output * (groups * G // 2) + (group * G + k[:, None]) // 2
    byte = tl.load(at, mask=output < o, other=0).to(tl.int32)
    nibble = (byte >> (k % 2 * 4)[:, None]) & 15
    code = nibble - 16 * (nibble >= 8).to(tl.int32)
    x = tl.load(x_ptr + token * (groups * G) + group * G + k[None, :], mask=token < t, other=0)
    step = tl.load(s_ptr + output * groups + group, mask=output < o, other=0).to(tl.float32)
    y = tl.dot(x, code.to(tl.float16)) * step
    tl.atomic_add(y_ptr + token * o + output, y, mask=(token < t) & (output < o))


def w4a16(X, packed, scale, group_size):
    X, packed, scale = X.contiguous(), packed.contiguous(), scale.contiguous()
    t, o, groups = X.shape[0], packed.shape[0], scale.shape[1]
    Y = torch.zeros(t, o, dtype=torch.float16, device=X.device)
    part[(triton.cdiv(t, 16), triton.cdiv(o, 16), groups)](
        X, packed, scale, Y, t, o, groups, group_size, 16, 16
    )
    return Y
