"""serving-plan: what a model takes on a number of cards, how fast it is, and what a token costs."""

from collections.abc import Mapping, Sequence
from typing import Any

Config = Mapping[str, Any]


def weight_bytes(model: Config, scheme: Config) -> int:
    """Bytes of all weights as they are stored.

    Args:
        model: num_hidden_layers, hidden_size, num_attention_heads, num_key_value_heads, head_dim,
            intermediate_size, vocab_size (numbers) and tie_word_embeddings (bool).
        scheme: name; bits of one weight of the blocks' linear layers; group: what shares one scale,
            None (floats, no scales), "row", or a number of neighbouring columns; scale_bits and
            zero_point_bits; activation_bits (16 or 8).
    """
    raise NotImplementedError("weight_bytes is not written yet")


def read_bytes(model: Config, scheme: Config) -> int:
    """Bytes of weights that one step reads, however many tokens it computes."""
    raise NotImplementedError("read_bytes is not written yet")


def kv_bytes(model: Config, kv_bits: int, tokens: int) -> float:
    """Bytes of the KV cache of so many tokens, each of its values stored in kv_bits."""
    raise NotImplementedError("kv_bytes is not written yet")


def kv_room(model: Config, gpu: Config, setup: Config, scheme: Config) -> int | None:
    """Whole tokens of KV cache that fit beside weights and activations, on all cards; None if those do not fit.

    Args:
        gpu: one card: memory_bytes, bandwidth_gb_s, bf16_tflops, int8_tops.
        setup: gpus (how many cards), usable (the share of their memory), kv_bits, prefill_tokens (that one
            pass takes at most), context (tokens of one stream), wanted (tokens/s of one stream), price
            (of one card for an hour).
    """
    raise NotImplementedError("kv_room is not written yet")


def step_seconds(
    model: Config, gpu: Config, setup: Config, scheme: Config, new_tokens: int, cached_tokens: int
) -> float:
    """The least time of one step that computes new_tokens while cached_tokens lie in the KV cache."""
    raise NotImplementedError("step_seconds is not written yet")


def plan(model: Config, gpu: Config, setup: Config, schemes: Sequence[Config]) -> dict[str, Any] | None:
    """The scheme to take for one stream and for the best batch; None if not one stream fits in any.

    Args:
        schemes: in the order in which you like them, the least loss first.

    Returns:
        {"one_stream": entry, "best_batch": entry}; an entry is None, or a dict with scheme (its name), batch,
        rate (tokens/s of all streams together) and cost (of a million tokens).
    """
    raise NotImplementedError("plan is not written yet")
