import torch
from torch.nn.functional import scaled_dot_product_attention


def to_int8(A):
    scale = A.abs().amax(dim=-1) / 127
    codes = (A / torch.where(scale > 0, scale, 1.0)[..., None]).round().to(torch.int8)
    return codes, scale


def append(cache, K, V):
    new = (*to_int8(K), *to_int8(V))
    return new if cache is None else tuple(torch.cat(pair) for pair in zip(cache, new, strict=True))


def attend(Q, cache):
    K, V = cache[0] * cache[1][..., None], cache[2] * cache[3][..., None]
    group = Q.shape[1] // K.shape[1]
    Q, K, V = (A.transpose(0, 1) for A in (Q, K, V))
    K, V = K.repeat_interleave(group, dim=0), V.repeat_interleave(group, dim=0)
    return scaled_dot_product_attention(Q, K, V, is_causal=Q.shape[1] > 1).transpose(0, 1)


def cache_bytes(layers, q_heads, kv_heads, head_dim, tokens, batch, scale_bytes):
    return 2 * layers * kv_heads * tokens * batch * (head_dim + scale_bytes)
