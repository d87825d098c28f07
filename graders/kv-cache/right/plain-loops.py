"""Plain loops over numbers, one query, head and token at a time; thousands of times slower."""

import math

import torch


def to_int8(A):
    codes, scales = [], []
    for token in A.tolist():
        steps = [max(abs(number) for number in vector) / 127 for vector in token]
        codes.append(
            [[round(n / s) if s else 0 for n in vector] for vector, s in zip(token, steps, strict=True)]
        )
        scales.append(steps)
    return torch.tensor(codes, dtype=torch.int8), torch.tensor(scales)


def append(cache, K, V):
    new = (*to_int8(K), *to_int8(V))
    return new if cache is None else tuple(torch.cat(pair) for pair in zip(cache, new, strict=True))


def attend(Q, cache):
    k_codes, k_scale, v_codes, v_scale = (part.tolist() for part in cache)
    tokens, group, d = len(k_codes), Q.shape[1] // len(k_codes[0]), Q.shape[2]
    out = []
    for i, query in enumerate(Q.tolist()):
        heads = []
        for h, q in enumerate(query):
            kv, seen = h // group, range(tokens - len(Q) + i + 1)
            scores = [
                sum(a * b for a, b in zip(q, k_codes[t][kv], strict=True)) * k_scale[t][kv] / math.sqrt(d)
                for t in seen
            ]
            exponents = [math.exp(score - max(scores)) for score in scores]
            whole = sum(exponents)
            weights = [e / whole * v_scale[t][kv] for t, e in zip(seen, exponents, strict=True)]
            heads.append(
                [sum(w * v_codes[t][kv][c] for t, w in zip(seen, weights, strict=True)) for c in range(d)]
            )
        out.append(heads)
    return torch.tensor(out, device=Q.device)


def cache_bytes(layers, q_heads, kv_heads, head_dim, tokens, batch, scale_bytes):
    return 2 * layers * kv_heads * tokens * batch * (head_dim + scale_bytes)
