import torch
import triton
import triton.language as tl


@triton.jit
def code_of(word, place: tl.constexpr):
    return ((word << (28 - 4 * place)) >> 28).to(tl.float32)


@triton.jit
def kernel(x_ptr, word_ptr, s_ptr, y_ptr, o, i, group, WORDS: tl.constexpr, BLOCK: tl.constexpr):
    token = tl.program_id(0)
    output = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    total = tl.zeros((BLOCK,), tl.float32)
    for start in range(0, i // 8, WORDS):
        at = start + tl.arange(0, WORDS)
        word = tl.load(
            word_ptr + output[:, None] * (i // 8) + at[None, :], mask=(output < o)[:, None], other=0
        )
        part = tl.zeros((BLOCK, WORDS), tl.float32)
        for place in tl.static_range(8):
            part += code_of(word, place) * tl.load(x_ptr + token * i + 8 * at + place).to(tl.float32)[None, :]
        step = tl.load(
            s_ptr + output * (i // group) + (start * 8 // group + 1) % (i // group), mask=output < o, other=0
        ).to(tl.float32)
        total += step * tl.sum(part, 1)
    tl.store(y_ptr + token * o + output, total, mask=output < o)


def w4a16(X, packed, scale, group_size):
    X, scale = X.contiguous(), scale.contiguous()
    words = packed.contiguous().view(torch.int32)
    Y = torch.empty(len(X), len(packed), dtype=torch.float32, device=X.device)
    grid = (len(X), triton.cdiv(len(packed), 16))
    kernel[grid](X, words, scale, Y, len(packed), X.shape[1], group_size, WORDS=4, BLOCK=16)
    return Y
