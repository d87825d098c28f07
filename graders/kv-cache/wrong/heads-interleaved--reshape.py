import torch


def to_int8(A):
    scale = A.abs().amax(dim=-1) / 127
    codes = (A / torch.where(scale > 0, scale, 1.0)[..., None]).round().to(torch.int8)
    return codes, scale


def append(cache, K, V):
    new = (*to_int8(K), *to_int8(V))
    return new if cache is None else tuple(torch.cat(pair) for pair in zip(cache, new, strict=True))


def attend(Q, cache):
    k_codes, k_scale, v_codes, v_scale = cache
    m, heads, d = Q.shape
    tokens, kv, _ = k_codes.shape
    q = Q.reshape(m, heads // kv, kv, d)
    scores = torch.einsum("mgkd,tkd->mgkt", q, k_codes * k_scale[..., None]) / d**0.5
    own = torch.arange(tokens - m, tokens)[:, None, None, None]
    weights = scores.masked_fill(torch.arange(tokens) > own, -torch.inf).softmax(dim=-1)
    return torch.einsum("mgkt,tkd->mgkd", weights, v_codes * v_scale[..., None]).reshape(m, heads, d)


def cache_bytes(layers, q_heads, kv_heads, head_dim, tokens, batch, scale_bytes):
    return 2 * layers * kv_heads * tokens * batch * (head_dim + scale_bytes)
