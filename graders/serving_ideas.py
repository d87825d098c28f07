"""Wrong ideas about serving, each as a planner in which one method differs.

An idea may come in several variants. What follows from a wrong number is wrong in the variant, too, as it is in
a learner's file, so one cause is told by one name in every check.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import Any

from serving_planner import Config, Planner, whole_bytes

RIGHT = Planner()
Method = Callable[..., Any]


def ideas() -> Iterator[tuple[str, Planner]]:
    """Every wrong idea with a planner that has it."""
    for family in (_of_shapes, _of_weights, _of_reading, _of_cache, _of_room, _of_time, _of_choice):
        for name, methods in family():
            yield name, type("Misled", (Planner,), methods)()


Family = Iterator[tuple[str, dict[str, Method]]]


def _query_heads(self: Planner, model: Config) -> int:
    return int(model["num_attention_heads"])


def _derived_head_dim(self: Planner, model: Config) -> int:
    return int(model["hidden_size"] // model["num_attention_heads"])


def _of_shapes() -> Family:
    yield "kv-heads-taken-for-query-heads", {"kv_heads": _query_heads, "projected_kv_heads": _query_heads}
    yield "kv-heads-taken-for-query-heads", {"kv_heads": _query_heads}
    yield "kv-heads-taken-for-query-heads", {"projected_kv_heads": _query_heads}
    yield "head-width-derived-from-hidden", {"head_dim": _derived_head_dim}

    def hidden_for_queries(self: Planner, model: Config) -> list[tuple[int, int]]:
        hidden, kv = model["hidden_size"], model["num_key_value_heads"] * model["head_dim"]
        return [(hidden, hidden), (kv, hidden), (kv, hidden), (hidden, hidden), *self.feed_forward(model)]

    def cache_width(self: Planner, model: Config, kv_bits: float, tokens: int) -> float:
        narrow = {**model, "head_dim": _derived_head_dim(self, model)}
        return Planner.kv_bytes(self, narrow, kv_bits, tokens)

    yield "head-width-derived-from-hidden", {"linear_layers": hidden_for_queries}
    yield "head-width-derived-from-hidden", {"kv_bytes": cache_width}
    yield "gate-forgotten", {"feed_forward": lambda self, model: Planner.feed_forward(self, model)[1:]}
    for norms in (lambda self, m: 0, lambda self, m: 2 * m["num_hidden_layers"] * m["hidden_size"]):
        yield "norms-left-out", {"norms": norms}


def _of_weights() -> Family:
    def few_bits(self: Planner, model: Config, scheme: Config) -> float:
        return self.matrix_bytes(model["vocab_size"], model["hidden_size"], scheme)

    def few_bits_without_scales(self: Planner, model: Config, scheme: Config) -> float:
        return float(model["vocab_size"] * whole_bytes(model["hidden_size"] * scheme["bits"]))

    def all_in_few_bits(self: Planner, model: Config, scheme: Config) -> float:
        return (
            model["num_hidden_layers"] * self.block_bytes(model, scheme)
            + self.norms(model) * scheme["bits"] / 8
        )

    yield "tables-in-few-bits", {"table_bytes": few_bits}
    yield "tables-in-few-bits", {"table_bytes": few_bits_without_scales}
    yield "tables-in-few-bits", {"table_bytes": few_bits_without_scales, "layers_and_norms": all_in_few_bits}
    codes_only = {"scale_bytes": lambda self, scales, scheme: 0}
    yield "scales-not-planned-for", codes_only
    yield (
        "scales-not-planned-for",
        codes_only
        | {
            "table_bytes": few_bits_without_scales,
            "layers_and_norms": all_in_few_bits,
        },
    )
    yield (
        "scales-not-planned-for",
        {"scale_bytes": lambda self, scales, scheme: whole_bytes(scales * scheme["scale_bits"])},
    )
    yield "short-groups-not-counted", {"groups": _floored_groups}
    yield "short-groups-not-counted", {"groups": lambda self, c, g: 1 if isinstance(g, str) else c / g}
    yield "head-not-stored", {"tables": lambda self, model: 1}
    yield "head-not-stored", {"tables": lambda self, model: 1, "tables_read": _one_table_less_if_untied}
    yield "tied-head-stored-twice", {"tables": lambda self, model: 2}
    yield "tied-head-stored-twice", {"tables": lambda self, model: 2, "tables_read": lambda self, model: 2}
    yield (
        "bits-returned-for-bytes",
        {
            "weight_bytes": lambda self, m, s: 8 * RIGHT.weight_bytes(m, s),
            "read_bytes": lambda self, m, s: 8 * RIGHT.read_bytes(m, s),
        },
    )


def _floored_groups(self: Planner, columns: int, group: int | str) -> int:
    return 1 if isinstance(group, str) else columns // group


def _one_table_less_if_untied(self: Planner, model: Config) -> int:
    return 1 if model["tie_word_embeddings"] else 0


def _of_reading() -> Family:
    yield "embedding-table-read", {"read_bytes": lambda self, m, s: self.weight_bytes(m, s)}
    yield "tied-table-not-read", {"tables_read": lambda self, m: 0 if m["tie_word_embeddings"] else 1}
    yield "head-not-read", {"tables_read": lambda self, m: 0}
    yield "head-not-read", {"tables_read": lambda self, m: 0, "multiplied": _without_head}


def _without_head(self: Planner, model: Config) -> int:
    return Planner.multiplied(self, model) - int(model["vocab_size"] * model["hidden_size"])


def _of_cache() -> Family:
    yield "keys-without-values", {"stored_for_a_token": lambda self, model: 1}
    for width in (2, 1, 4):
        yield "cache-width-fixed", {"kv_width": lambda self, kv_bits, width=width: width}
    yield "bits-returned-for-bytes", {"kv_width": lambda self, kv_bits: kv_bits}
    yield (
        "cache-of-one-layer",
        {
            "kv_bytes": lambda self, m, bits, tokens: RIGHT.kv_bytes(
                {**m, "num_hidden_layers": 1}, bits, tokens
            )
        },
    )


def _of_room() -> Family:
    one_card: Method = lambda self, gpu, setup: setup["usable"] * gpu["memory_bytes"]  # noqa: E731
    yield "one-card-counted", {"usable_bytes": one_card}
    yield "one-card-counted", {"usable_bytes": one_card, "activation_bytes": _on_one_card}
    yield (
        "weights-whole-on-every-card",
        {"weights_held": lambda self, m, setup, s: setup["gpus"] * self.weight_bytes(m, s)},
    )
    yield "whole-card-usable", {"usable_bytes": lambda self, gpu, u: u["gpus"] * gpu["memory_bytes"]}

    def share_of_the_rest(self: Planner, model: Config, gpu: Config, setup: Config, scheme: Config) -> float:
        whole = setup["gpus"] * gpu["memory_bytes"] - self.weights_held(model, setup, scheme)
        return float(setup["usable"] * whole - self.activation_bytes(model, setup))

    yield "share-of-what-is-left", {"free_bytes": share_of_the_rest}
    yield "activations-left-out", {"activation_bytes": lambda self, model, setup: 0.0}
    yield "activations-on-one-card", {"activation_bytes": _on_one_card}
    yield "no-fit-gets-a-number", {"no_room": lambda self, free: 0}
    yield "no-fit-gets-a-number", {"no_room": lambda self, free: -1}

    def negative(self: Planner, model: Config, gpu: Config, setup: Config, scheme: Config) -> int:
        free = self.free_bytes(model, gpu, setup, scheme)
        return math.floor(free / self.kv_bytes(model, setup["kv_bits"], 1))

    def cut(self: Planner, model: Config, gpu: Config, setup: Config, scheme: Config) -> int:
        return int(self.free_bytes(model, gpu, setup, scheme) / self.kv_bytes(model, setup["kv_bits"], 1))

    def weights_alone(self: Planner, model: Config, gpu: Config, setup: Config, scheme: Config) -> int | None:
        held = self.weights_held(model, setup, scheme)
        return None if held > self.usable_bytes(gpu, setup) else negative(self, model, gpu, setup, scheme)

    yield "no-fit-gets-a-number", {"kv_room": weights_alone}
    yield "no-fit-gets-a-number", {"kv_room": negative}
    yield "no-fit-gets-a-number", {"kv_room": cut}


def _on_one_card(self: Planner, model: Config, setup: Config) -> float:
    return RIGHT.activation_bytes(model, {**setup, "gpus": 1})


def _of_time() -> Family:
    yield "binary-bandwidth", {"giga": lambda self: 2.0**30}
    yield "one-card-reads", {"cards_reading": lambda self, setup: 1}
    yield "one-card-reads", {"cards_reading": lambda self, setup: 1, "cards_computing": lambda self, setup: 1}
    yield "one-card-reads", {"cards_computing": lambda self, setup: 1}

    def weights_times_batch(self: Planner, m: Config, u: Config, s: Config, new: int, cached: int) -> float:
        return self.read_bytes(m, s) * new + self.kv_bytes(m, u["kv_bits"], cached)

    yield "weights-read-for-each-stream", {"bytes_of_a_step": weights_times_batch}

    def new_ones_too(self: Planner, m: Config, u: Config, s: Config, new: int, cached: int) -> float:
        return self.read_bytes(m, s) + self.kv_bytes(m, u["kv_bits"], cached + new)

    yield "new-tokens-read-back", {"bytes_of_a_step": new_ones_too}
    yield "cache-not-read", {"bytes_of_a_step": lambda self, m, u, s, new, cached: self.read_bytes(m, s)}
    yield (
        "cache-alone-read",
        {"bytes_of_a_step": lambda self, m, u, s, new, cached: self.kv_bytes(m, u["kv_bits"], cached)},
    )
    yield "computing-forgotten", {"computing_seconds": lambda self, m, gpu, u, s, new: 0.0}
    yield "reading-forgotten", {"reading_seconds": lambda self, m, gpu, u, s, new, cached: 0.0}
    yield "reading-and-computing-added", {"step_seconds": _added}
    yield "one-operation-a-weight", {"operations": lambda self, m, new: self.multiplied(m) * new}
    yield "codes-thought-to-be-multiplied", {"tflops": _by_weight_bits}
    yield "codes-thought-to-be-multiplied", {"tflops": _by_8_bits}
    yield "codes-thought-to-be-multiplied", {"tflops": lambda self, gpu, s: gpu["int8_tops"]}
    yield "always-multiplied-in-16-bits", {"tflops": lambda self, gpu, s: gpu["bf16_tflops"]}
    yield "embedding-multiplied", {"multiplied": _with_embedding}
    yield "embedding-multiplied", {"multiplied": _all_parameters}
    yield "head-not-multiplied", {"multiplied": _without_head}


def _added(self: Planner, m: Config, gpu: Config, u: Config, s: Config, new: int, cached: int) -> float:
    return self.reading_seconds(m, gpu, u, s, new, cached) + self.computing_seconds(m, gpu, u, s, new)


def _by_weight_bits(self: Planner, gpu: Config, scheme: Config) -> float:
    return float(gpu["bf16_tflops"] if scheme["bits"] == 16 else gpu["int8_tops"])


def _by_8_bits(self: Planner, gpu: Config, scheme: Config) -> float:
    return float(gpu["int8_tops"] if scheme["bits"] == 8 else gpu["bf16_tflops"])


def _with_embedding(self: Planner, model: Config) -> int:
    return Planner.multiplied(self, model) + int(model["vocab_size"] * model["hidden_size"])


def _all_parameters(self: Planner, model: Config) -> int:
    tied = model["tie_word_embeddings"]
    return Planner.multiplied(self, model) if tied else _with_embedding(self, model)


def _of_choice() -> Family:
    def costing(cards: bool = True, seconds: float = 3600, tokens: float = 1e6) -> Method:
        def cost(self: Planner, setup: Config, rate: float, batch: int) -> float:
            return float((setup["gpus"] if cards else 1) * setup["price"] / (rate * seconds) * tokens)

        return cost

    yield "price-an-hour-taken-for-a-second", {"cost": costing(seconds=1)}
    yield "price-an-hour-taken-for-a-second", {"cost": costing(seconds=60)}
    yield "price-of-one-card", {"cost": costing(cards=False)}
    yield "cost-of-one-token", {"cost": costing(tokens=1)}
    yield "cost-of-one-token", {"cost": costing(tokens=1000)}
    yield "rate-of-one-stream-for-all", {"rate_of_all": lambda self, rate, batch: rate}
    yield (
        "rate-of-one-stream-for-all",
        {"cost": lambda self, u, rate, batch: RIGHT.cost(u, rate / batch, batch)},
    )
    yield "wanted-rate-forgotten", {"wanted": lambda self, setup: 0.0}
    yield "wanted-rate-forgotten", {"best_batch": lambda self, m, gpu, u, s: self.streams(m, gpu, u, s)}
    yield (
        "caches-thought-empty",
        {"rate_of_each": lambda self, m, gpu, u, s, b: 1 / self.step_seconds(m, gpu, u, s, b, 0)},
    )
    yield (
        "caches-thought-empty",
        {"rate_of_each": lambda self, m, gpu, u, s, b: 1 / self.step_seconds(m, gpu, u, s, b, u["context"])},
    )
    yield "least-loss-not-preferred", {"pick_for_one": lambda self, e: max(e, key=lambda one: one["rate"])}
    yield (
        "largest-batch-for-cheapest",
        {"pick_for_many": lambda self, e: max(e, key=lambda one: one["batch"])},
    )
    yield "least-loss-for-cheapest", {"pick_for_many": lambda self, e: e[0]}
    yield "room-for-one-stream-not-asked", {"streams": _at_least_one}
    for stops in (_too_slow, _too_large):
        yield "search-ended-too-early", {"plan": _ended_by(stops, both=True)}
        yield "search-ended-too-early", {"plan": _ended_by(stops, both=False)}
    yield "nothing-fits-not-told", {"nothing_fits": lambda self: {"one_stream": None, "best_batch": None}}
    yield "nothing-fits-not-told", {"nothing_fits": lambda self: {}}


def _too_slow(self: Planner, model: Config, gpu: Config, setup: Config, scheme: Config) -> bool:
    fits = self.streams(model, gpu, setup, scheme) >= 1
    return fits and not self.keeps_up(model, gpu, setup, scheme, 1)


def _too_large(self: Planner, model: Config, gpu: Config, setup: Config, scheme: Config) -> bool:
    return self.streams(model, gpu, setup, scheme) < 1


def _ended_by(stops: Callable[..., bool], *, both: bool) -> Method:
    """A plan whose search ends at the first scheme that won't do; ``both``: for one stream and for many."""

    def plan(self: Planner, model: Config, gpu: Config, setup: Config, schemes: list[Config]) -> Any:
        looked_at = list(takewhile(lambda scheme: not stops(self, model, gpu, setup, scheme), schemes))
        whole, part = (Planner.plan(self, model, gpu, setup, some) for some in (schemes, looked_at))
        if whole is None or (both and part is None and stops is _too_large):
            return None
        found = part or {"one_stream": None, "best_batch": None}
        return found if both else {**whole, "one_stream": found["one_stream"]}

    return plan


def _at_least_one(self: Planner, model: Config, gpu: Config, setup: Config, scheme: Config) -> int:
    room = self.kv_room(model, gpu, setup, scheme)
    return 0 if room is None else max(1, room // int(setup["context"]))
