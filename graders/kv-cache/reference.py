"""kv-cache: keys and values of past tokens, in int8."""

import torch


def to_int8(A: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """One scale for each token and head: nothing in it depends on any other token, past or future."""
    scale = A.abs().amax(dim=-1) / 127
    divisor = torch.where(scale > 0, scale, 1.0)  # a vector of zeros has codes of 0 with any divisor but 0
    codes = (A / divisor[:, :, None]).round().to(torch.int8)
    return codes, scale


def append(cache: tuple | None, K: torch.Tensor, V: torch.Tensor) -> tuple:
    new = (*to_int8(K), *to_int8(V))
    if cache is None:
        return new
    # What is there stays as it is. To round it again would add an error with every token.
    return tuple(torch.cat((old, more)) for old, more in zip(cache, new, strict=True))


def attend(Q: torch.Tensor, cache: tuple) -> torch.Tensor:
    k_codes, k_scale, v_codes, v_scale = cache
    m, q_heads, head_dim = Q.shape
    tokens, kv_heads, _ = k_codes.shape

    # Query heads 0 … g−1 share KV head 0, the next g share KV head 1: [m, q_heads] is [m, kv_heads, g].
    Q = Q.reshape(m, kv_heads, q_heads // kv_heads, head_dim)
    scores = torch.einsum("mkgd,tkd->kgmt", Q, k_codes * k_scale[:, :, None]) / head_dim**0.5

    # The queries are the newest tokens: the last of them sees all, the one before it one token less. So the
    # triangle of what lies in the future is that of the lower right corner.
    future = torch.ones_like(scores[0, 0], dtype=torch.bool).triu(tokens - m + 1)
    weights = scores.masked_fill(future, float("-inf")).softmax(dim=-1)
    return torch.einsum("kgmt,tkd->mkgd", weights, v_codes * v_scale[:, :, None]).reshape(
        m, q_heads, head_dim
    )


def cache_bytes(
    layers: int, q_heads: int, kv_heads: int, head_dim: int, tokens: int, batch: int, scale_bytes: int
) -> int:
    vectors = 2 * layers * kv_heads * tokens * batch  # 2: a key and a value; query heads are not stored
    return vectors * (head_dim + scale_bytes)
