"""Scales multiply scores and weights, one number a token: no float copy of the cache; two more steps."""

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
    group, d = Q.shape[1] // k_codes.shape[1], Q.shape[2]
    out = torch.empty_like(Q)
    for h in range(Q.shape[1]):
        kv = h // group
        scores = (Q[:, h] @ k_codes[:, kv].T.float()) * k_scale[:, kv] / d**0.5
        scores += torch.full_like(scores, -torch.inf).triu(len(k_codes) - len(Q) + 1)
        out[:, h] = (scores.softmax(dim=1) * v_scale[:, kv]) @ v_codes[:, kv].float()
    return out


def cache_bytes(layers, q_heads, kv_heads, head_dim, tokens, batch, scale_bytes):
    return 2 * layers * kv_heads * tokens * batch * (head_dim + scale_bytes)
