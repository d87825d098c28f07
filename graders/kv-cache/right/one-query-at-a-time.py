"""Each query sees a slice of the cache, so no mask is needed: a loop over the queries."""

import torch


def to_int8(A):
    scale = A.abs().amax(dim=-1) / 127
    codes = (A / torch.where(scale > 0, scale, 1.0)[..., None]).round().to(torch.int8)
    return codes, scale


def append(cache, K, V):
    new = (*to_int8(K), *to_int8(V))
    return new if cache is None else tuple(torch.cat(pair) for pair in zip(cache, new, strict=True))


def attend(Q, cache):
    results = []
    for i, q in enumerate(Q):
        seen = len(cache[0]) - len(Q) + i + 1
        K = cache[0][:seen] * cache[1][:seen].unsqueeze(2)
        V = cache[2][:seen] * cache[3][:seen].unsqueeze(2)
        q = q.unflatten(0, (K.shape[1], -1))
        weights = (torch.einsum("kgd,tkd->kgt", q, K) * K.shape[2] ** -0.5).softmax(2)
        results.append(torch.einsum("kgt,tkd->kgd", weights, V).flatten(0, 1))
    return torch.stack(results)


def cache_bytes(layers, q_heads, kv_heads, head_dim, tokens, batch, scale_bytes):
    return 2 * layers * kv_heads * tokens * batch * (head_dim + scale_bytes)
