import torch


def to_int8(A):
    scale = A.abs().amax(dim=-1) / 127
    codes = (A / torch.where(scale > 0, scale, 1.0)[..., None]).round().to(torch.int8)
    return codes, scale


def append(cache, K, V):
    new = (*to_int8(K), *to_int8(V))
    return new if cache is None else tuple(torch.cat(pair) for pair in zip(cache, new, strict=True))


def attend(Q, cache):
    k_codes, k_scale, v_codes, _ = cache
    group = Q.shape[1] // k_codes.shape[1]
    K = (k_codes * k_scale[..., None]).repeat_interleave(group, dim=1)
    V = (v_codes * k_scale[..., None]).repeat_interleave(group, dim=1)
    scores = torch.einsum("mhd,thd->mht", Q, K) / Q.shape[-1] ** 0.5
    own = torch.arange(len(K) - len(Q), len(K))
    scores = scores.masked_fill(torch.arange(len(K)) > own[:, None, None], -torch.inf)
    return torch.einsum("mht,thd->mhd", scores.softmax(dim=-1), V)


def cache_bytes(layers, q_heads, kv_heads, head_dim, tokens, batch, scale_bytes):
    return 2 * layers * kv_heads * tokens * batch * (head_dim + scale_bytes)
