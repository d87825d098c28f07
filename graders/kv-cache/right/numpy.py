"""numpy throughout: the same arithmetic; the cache leaves the GPU."""

import numpy as np
import torch


def to_int8(A):
    A = A.cpu().numpy()
    scale = np.abs(A).max(axis=-1) / np.float32(127)
    codes = np.rint(A / np.where(scale > 0, scale, 1)[..., None])
    return codes.astype(np.int8), scale


def append(cache, K, V):
    new = (*to_int8(K), *to_int8(V))
    return list(new) if cache is None else [np.concatenate(pair) for pair in zip(cache, new, strict=True)]


def attend(Q, cache):
    k_codes, k_scale, v_codes, v_scale = (np.asarray(part) for part in cache)
    Q = Q.cpu().numpy()
    (m, heads, d), tokens = Q.shape, len(k_codes)
    shared = np.arange(heads) // (heads // k_codes.shape[1])
    K, V = (k_codes * k_scale[..., None])[:, shared], (v_codes * v_scale[..., None])[:, shared]
    scores = np.einsum("mhd,thd->mht", Q, K) / np.sqrt(d)
    scores[
        np.broadcast_to(np.triu(np.ones((m, tokens)), tokens - m + 1)[:, None] > 0, scores.shape)
    ] = -np.inf
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return torch.from_numpy(np.einsum("mht,thd->mhd", weights, V).astype(np.float32))


def cache_bytes(layers, q_heads, kv_heads, head_dim, tokens, batch, scale_bytes):
    return 2 * layers * kv_heads * tokens * batch * (head_dim + scale_bytes)
