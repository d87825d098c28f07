"""The cache is read after the new tokens have joined it."""

import math
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

Config = Mapping[str, Any]


def linear_layers(model: Config) -> list[tuple[int, int]]:
    """(outputs, inputs) of the seven linear layers of one block."""
    hidden, inner = model["hidden_size"], model["intermediate_size"]
    query = model["num_attention_heads"] * model["head_dim"]
    kv = model["num_key_value_heads"] * model["head_dim"]
    attention = [(query, hidden), (kv, hidden), (kv, hidden), (hidden, query)]
    return [*attention, (inner, hidden), (inner, hidden), (hidden, inner)]


def matrix_bytes(rows: int, columns: int, scheme: Config) -> int:
    """Codes, scales and zero points of one matrix, as in memory-footprint."""
    group = scheme["group"]
    scales = 0 if group is None else rows if group == "row" else rows * -(-columns // group)
    return (
        rows * columns * scheme["bits"] + scales * (scheme["scale_bits"] + scheme["zero_point_bits"])
    ) // 8


def table_bytes(model: Config) -> int:
    """The embedding table; a head of its own is as large."""
    return 2 * model["vocab_size"] * model["hidden_size"]


def tables(model: Config) -> int:
    return 1 if model["tie_word_embeddings"] else 2


def rest_bytes(model: Config, scheme: Config) -> int:
    """Everything but embedding table and head: the blocks' linear layers and the norms."""
    norms = (2 * model["num_hidden_layers"] + 1) * model["hidden_size"]
    block = sum(matrix_bytes(rows, columns, scheme) for rows, columns in linear_layers(model))
    return model["num_hidden_layers"] * block + 2 * norms


def weight_bytes(model: Config, scheme: Config) -> int:
    """Bytes of all weights as they are stored."""
    return rest_bytes(model, scheme) + tables(model) * table_bytes(model)


def read_bytes(model: Config, scheme: Config) -> int:
    """Bytes of weights that one step reads, however many tokens it computes."""
    # One row of the embedding table is read for a token, next to nothing. As a head the table is read whole.
    return rest_bytes(model, scheme) + table_bytes(model)


def kv_bytes(model: Config, kv_bits: int, tokens: int) -> float:
    """Bytes of the KV cache of so many tokens, each of its values stored in kv_bits."""
    values = 2 * model["num_hidden_layers"] * model["num_key_value_heads"] * model["head_dim"]  # K and V
    return values * kv_bits / 8 * tokens


def kv_room(model: Config, gpu: Config, setup: Config, scheme: Config) -> int | None:
    """Whole tokens of KV cache that fit beside the weights, over all cards; None if these do not fit."""
    width = 2 * model["hidden_size"] + 2 * model["intermediate_size"]
    activations = setup["gpus"] * setup["prefill_tokens"] * width * 2
    usable = setup["usable"] * setup["gpus"] * gpu["memory_bytes"]
    free = usable - weight_bytes(model, scheme) - activations
    return None if free < 0 else math.floor(free / kv_bytes(model, setup["kv_bits"], 1))


def step_seconds(
    model: Config, gpu: Config, setup: Config, scheme: Config, new_tokens: int, cached_tokens: int
) -> float:
    """The least time of one step that computes new_tokens while cached_tokens lie in the KV cache."""
    read = read_bytes(model, scheme) + kv_bytes(model, setup["kv_bits"], cached_tokens + new_tokens)
    reading = read / (setup["gpus"] * gpu["bandwidth_gb_s"] * 1e9)
    multiplied = model["num_hidden_layers"] * sum(rows * columns for rows, columns in linear_layers(model))
    multiplied += model["vocab_size"] * model["hidden_size"]  # the head, tied or not
    # Codes of weights are converted back and multiplied in 16 bits, unless activations are codes as well.
    tera = gpu["int8_tops"] if scheme["activation_bits"] == 8 else gpu["bf16_tflops"]
    computing = 2 * multiplied * new_tokens / (setup["gpus"] * tera * 1e12)
    return max(reading, computing)


def streams(model: Config, gpu: Config, setup: Config, scheme: Config) -> int:
    """How many streams of full context fit."""
    return (kv_room(model, gpu, setup, scheme) or 0) // setup["context"]


def rate_of_each(model: Config, gpu: Config, setup: Config, scheme: Config, batch: int) -> float:
    """Tokens a second of one stream of the batch, each with a full context in the cache."""
    return 1 / step_seconds(model, gpu, setup, scheme, batch, batch * setup["context"])


def largest_batch(model: Config, gpu: Config, setup: Config, scheme: Config, most: int) -> int:
    """The largest batch up to ``most`` with which every stream gets the wanted rate; 0 if none."""
    # More streams never make a stream faster, so the first batch that is too slow ends the search.
    able = takewhile(
        lambda batch: rate_of_each(model, gpu, setup, scheme, batch) >= setup["wanted"], range(1, most + 1)
    )
    return max(able, default=0)


def entry(model: Config, gpu: Config, setup: Config, scheme: Config, batch: int) -> dict[str, Any]:
    rate = batch * rate_of_each(model, gpu, setup, scheme, batch)
    cost = setup["gpus"] * setup["price"] / (rate * 3600) * 1e6
    return {"scheme": scheme["name"], "batch": batch, "rate": rate, "cost": cost}


def plan(model: Config, gpu: Config, setup: Config, schemes: Sequence[Config]) -> dict[str, Any] | None:
    """The scheme to take for one stream and for the best batch; None if not one stream fits in any."""
    holding = [(scheme, streams(model, gpu, setup, scheme)) for scheme in schemes]
    holding = [(scheme, most) for scheme, most in holding if most >= 1]
    if not holding:
        return None
    one, many = [], []
    for scheme, most in holding:
        batch = largest_batch(model, gpu, setup, scheme, most)
        if batch >= 1:
            one.append(entry(model, gpu, setup, scheme, 1))
            many.append(entry(model, gpu, setup, scheme, batch))
    return {
        "one_stream": one[0] if one else None,
        "best_batch": min(many, key=lambda one: one["cost"]) if many else None,
    }
