"""kv-cache: keys and values of past tokens, in int8."""

import torch


def append(cache: tuple | None, K: torch.Tensor, V: torch.Tensor) -> tuple:
    """Puts the keys and values of new tokens behind those of a cache.

    Args:
        cache: what append returned before, for T tokens; None if there are none yet.
        K: float32 [n, kv_heads, head_dim], the keys of n new tokens.
        V: float32 [n, kv_heads, head_dim], their values.

    Returns:
        (k_codes, k_scale, v_codes, v_scale) of T + n tokens, oldest first: codes int8 [T + n, kv_heads, head_dim],
        scales float32, float16 or bfloat16 [T + n, kv_heads], one for each token and head.
    """
    raise NotImplementedError("append is not written yet")


def attend(Q: torch.Tensor, cache: tuple) -> torch.Tensor:
    """Lets the newest tokens attend to the cache, in which they are themselves.

    Args:
        Q: float32 [m, q_heads, head_dim], the queries of the newest m of the T tokens in the cache, oldest first.
            q_heads is a multiple of kv_heads; neighbouring query heads share a KV head.
        cache: what append returned.

    Returns:
        float32 [m, q_heads, head_dim], causal softmax attention.
    """
    raise NotImplementedError("attend is not written yet")


def cache_bytes(
    layers: int, q_heads: int, kv_heads: int, head_dim: int, tokens: int, batch: int, scale_bytes: int
) -> int:
    """Counts the bytes of a whole model's int8 KV cache.

    Args:
        layers, q_heads, kv_heads, head_dim: the model's shape.
        tokens: in each sequence. batch: how many sequences.
        scale_bytes: bytes of one scale, 2 or 4.

    Returns:
        Bytes of all codes and scales.
    """
    raise NotImplementedError("cache_bytes is not written yet")
