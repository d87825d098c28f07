"""The numbers of the brief. Run it with: tutor try kv-cache"""

import torch
from solution import append, attend, cache_bytes

K = torch.tensor([[[0.51, -1.27]], [[2.54, 0.3]]])  # two tokens, one head, two numbers
V = torch.tensor([[[1.0, -0.127]], [[0.05, 0.635]]])


def shown(tensor):
    return [round(value, 4) for value in tensor.flatten().tolist()]


cache = append(None, K[:1], V[:1])
cache = append(cache, K[1:], V[1:])
k_codes, k_scale, v_codes, v_scale = cache
print("codes of the keys:  ", k_codes.tolist())  # [[[51, -127]], [[127, 15]]]
print("scales of the keys: ", shown(k_scale))  # [0.01, 0.02]
print("codes of the values:", v_codes.tolist())  # [[[127, -16]], [[10, 127]]]

# Two query heads share the one head of the cache; the newest token asks.
Q = torch.tensor([[[1.0, 0.0], [0.0, 2.0]]])
print("attention:          ", shown(attend(Q, cache)))  # [0.2326, 0.4887, 0.143, 0.5605]

# Llama-3-70B: 80 layers, 64 query heads, 8 KV heads of 128 numbers; one token.
print("bytes a token:      ", cache_bytes(80, 64, 8, 128, 1, 1, 4))  # 168960
