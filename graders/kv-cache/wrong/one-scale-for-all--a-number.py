import torch


def to_int8(A):
    scale = A.abs().max() / 127
    return (A / scale).round().to(torch.int8), scale


def append(cache, K, V):
    new = (*to_int8(K), *to_int8(V))
    if cache is None:
        return new
    return (torch.cat((cache[0], new[0])), cache[1], torch.cat((cache[2], new[2])), cache[3])


def attend(Q, cache):
    k_codes, k_scale, v_codes, v_scale = cache
    group = Q.shape[1] // k_codes.shape[1]
    K = (k_codes * k_scale).repeat_interleave(group, dim=1)
    V = (v_codes * v_scale).repeat_interleave(group, dim=1)
    scores = torch.einsum("mhd,thd->mht", Q, K) / Q.shape[-1] ** 0.5
    own = torch.arange(len(K) - len(Q), len(K))
    scores = scores.masked_fill(torch.arange(len(K)) > own[:, None, None], -torch.inf)
    return torch.einsum("mht,thd->mhd", scores.softmax(dim=-1), V)


def cache_bytes(layers, q_heads, kv_heads, head_dim, tokens, batch, scale_bytes):
    return 2 * layers * kv_heads * tokens * batch * (head_dim + scale_bytes)
