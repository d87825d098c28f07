"""The judge's own planner: bytes, room, roofline and choice for a Llama-shaped model.

A wrong idea is a subclass that changes one method (``serving_ideas.py``), so that whatever follows from it
changes with it, as it does in the learner's file.

Configurations are dicts: ``model`` by the names of its config.json, ``gpu``, ``scheme`` and ``setup`` by the
names of the brief. Bytes are bytes, GB = 10⁹ bytes, seconds are seconds.
"""

from __future__ import annotations

import math
from typing import Any

Config = dict[str, Any]
Answer = dict[str, Any] | None


def whole_bytes(bits: int) -> int:
    """Bytes that hold so many bits: ⌈bits / 8⌉."""
    return -(-bits // 8)


class Planner:
    """Every formula of the brief, one method each."""

    # --- the model ---

    def head_dim(self, model: Config) -> int:
        """Width of one head, which need not be hidden_size / num_attention_heads (in Mistral-Nemo it is not)."""
        return int(model["head_dim"])

    def kv_heads(self, model: Config) -> int:
        """How many heads K and V have in the cache."""
        return int(model["num_key_value_heads"])

    def projected_kv_heads(self, model: Config) -> int:
        """How many heads the matrices that make K and V have."""
        return int(model["num_key_value_heads"])

    def feed_forward(self, model: Config) -> list[tuple[int, int]]:
        """(outputs, inputs) of gate, up and down."""
        hidden, inner = model["hidden_size"], model["intermediate_size"]
        return [(inner, hidden), (inner, hidden), (hidden, inner)]

    def linear_layers(self, model: Config) -> list[tuple[int, int]]:
        """(outputs, inputs) of the seven linear layers of one block."""
        hidden = model["hidden_size"]
        query = model["num_attention_heads"] * self.head_dim(model)
        kv = self.projected_kv_heads(model) * self.head_dim(model)
        return [(query, hidden), (kv, hidden), (kv, hidden), (hidden, query), *self.feed_forward(model)]

    def norms(self, model: Config) -> int:
        """How many numbers all norms hold: two norms in a block and one at the end, hidden_size each."""
        return int((2 * model["num_hidden_layers"] + 1) * model["hidden_size"])

    def table_bytes(self, model: Config, scheme: Config) -> float:
        """Of the embedding table; a head of its own takes as many."""
        return float(2 * model["vocab_size"] * model["hidden_size"])

    # --- bytes ---

    def matrix_bytes(self, rows: int, columns: int, scheme: Config) -> float:
        """Bytes of one linear layer: its codes, whole bytes a row, and its scales and zero points."""
        scales = 0 if scheme["group"] is None else rows * self.groups(columns, scheme["group"])
        return rows * whole_bytes(columns * scheme["bits"]) + self.scale_bytes(scales, scheme)

    def groups(self, columns: int, group: int | str) -> int:
        """Scales of one row."""
        return 1 if isinstance(group, str) else -(-columns // group)

    def scale_bytes(self, scales: int, scheme: Config) -> float:
        """Bytes of so many scales, and of as many zero points."""
        return whole_bytes(scales * scheme["scale_bits"]) + whole_bytes(scales * scheme["zero_point_bits"])

    def block_bytes(self, model: Config, scheme: Config) -> float:
        """Bytes of the seven linear layers of one block; its norms are counted by ``layers_and_norms``."""
        return sum(self.matrix_bytes(*shape, scheme) for shape in self.linear_layers(model))

    def tables(self, model: Config) -> int:
        """How many tables of the vocabulary's size are stored."""
        return 1 if model["tie_word_embeddings"] else 2

    def tables_read(self, model: Config) -> int:
        """How many of them a step reads: the head. Of an untied embedding table it needs a few rows only."""
        return 1

    def layers_and_norms(self, model: Config, scheme: Config) -> float:
        """Bytes of all blocks and of all norms, which stay in 16 bits."""
        return model["num_hidden_layers"] * self.block_bytes(model, scheme) + 2 * self.norms(model)

    def weight_bytes(self, model: Config, scheme: Config) -> float:
        """Bytes of the model as it is stored, on all cards together."""
        return self.layers_and_norms(model, scheme) + self.tables(model) * self.table_bytes(model, scheme)

    def read_bytes(self, model: Config, scheme: Config) -> float:
        """Bytes of weights that one step reads, however many tokens it computes."""
        tables = self.tables_read(model) * self.table_bytes(model, scheme)
        return self.layers_and_norms(model, scheme) + tables

    def stored_for_a_token(self, model: Config) -> int:
        """Keys and values: two."""
        return 2

    def kv_bytes(self, model: Config, kv_bits: float, tokens: int) -> float:
        """Bytes of the KV cache of so many tokens: K and V of each KV head in each block."""
        values = self.stored_for_a_token(model) * self.kv_heads(model) * self.head_dim(model)
        return model["num_hidden_layers"] * values * self.kv_width(kv_bits) * tokens

    def kv_width(self, kv_bits: float) -> float:
        """Bytes of one value in the cache."""
        return kv_bits / 8

    # --- room ---

    def usable_bytes(self, gpu: Config, setup: Config) -> float:
        """Memory that may be filled, on all cards together."""
        return float(setup["usable"] * setup["gpus"] * gpu["memory_bytes"])

    def activation_bytes(self, model: Config, setup: Config) -> float:
        """On all cards: each is granted the whole width."""
        width = 2 * model["hidden_size"] + 2 * model["intermediate_size"]
        return float(setup["gpus"] * setup["prefill_tokens"] * width * 2)

    def free_bytes(self, model: Config, gpu: Config, setup: Config, scheme: Config) -> float:
        """What weights and activations leave for the cache, on all cards; negative where they do not fit."""
        held = self.weights_held(model, setup, scheme) + self.activation_bytes(model, setup)
        return self.usable_bytes(gpu, setup) - held

    def weights_held(self, model: Config, setup: Config, scheme: Config) -> float:
        """Bytes of weights on all cards together, which share them evenly: each matrix is stored once."""
        return self.weight_bytes(model, scheme)

    def kv_room(self, model: Config, gpu: Config, setup: Config, scheme: Config) -> int | None:
        """Whole tokens of cache that fit on all cards, rounded down; ``no_room`` if the weights do not fit."""
        free = self.free_bytes(model, gpu, setup, scheme)
        return (
            self.no_room(free) if free < 0 else math.floor(free / self.kv_bytes(model, setup["kv_bits"], 1))
        )

    def no_room(self, free: float) -> int | None:
        """What is told where weights and activations do not fit; ``free`` is negative by the bytes that lack."""
        return None

    # --- time ---

    def giga(self) -> float:
        """What "G" means in the rates of a card: 10⁹."""
        return 1e9

    def cards_reading(self, setup: Config) -> int:
        """How many cards read at the same time, each its own part."""
        return int(setup["gpus"])

    def cards_computing(self, setup: Config) -> int:
        """How many cards multiply at the same time."""
        return int(setup["gpus"])

    def bytes_of_a_step(self, model: Config, setup: Config, scheme: Config, new: int, cached: int) -> float:
        """Bytes that a step reads: the weights once, whatever ``new`` is, and the cache of all ``cached`` tokens."""
        return self.read_bytes(model, scheme) + self.kv_bytes(model, setup["kv_bits"], cached)

    def operations(self, model: Config, new: int) -> float:
        """Operations of a step: a multiplication and an addition for each weight and new token."""
        return 2.0 * self.multiplied(model) * new

    def multiplied(self, model: Config) -> int:
        """Weights that each token is multiplied with."""
        blocks = model["num_hidden_layers"] * sum(
            rows * columns for rows, columns in self.linear_layers(model)
        )
        return int(blocks + model["vocab_size"] * model["hidden_size"])

    def tflops(self, gpu: Config, scheme: Config) -> float:
        """10¹² operations a second of one card, by the width of the activations: int8 products need both in 8 bits."""
        return float(gpu["int8_tops"] if scheme["activation_bits"] == 8 else gpu["bf16_tflops"])

    def reading_seconds(
        self, model: Config, gpu: Config, setup: Config, scheme: Config, new: int, cached: int
    ) -> float:
        """Seconds that a step reads, with the bandwidth of all cards."""
        rate = self.cards_reading(setup) * gpu["bandwidth_gb_s"] * self.giga()
        return float(self.bytes_of_a_step(model, setup, scheme, new, cached) / rate)

    def computing_seconds(self, model: Config, gpu: Config, setup: Config, scheme: Config, new: int) -> float:
        """Seconds that a step computes, at the peak rate of all cards."""
        rate = self.cards_computing(setup) * self.tflops(gpu, scheme) * self.giga() * 1000
        return self.operations(model, new) / rate

    def step_seconds(
        self, model: Config, gpu: Config, setup: Config, scheme: Config, new: int, cached: int
    ) -> float:
        """Seconds of a step by the roofline: reading and computing overlap, so the longer of the two."""
        reading = self.reading_seconds(model, gpu, setup, scheme, new, cached)
        return max(reading, self.computing_seconds(model, gpu, setup, scheme, new))

    # --- choice ---

    def rate_of_each(self, model: Config, gpu: Config, setup: Config, scheme: Config, batch: int) -> float:
        """Tokens a second of one stream, when ``batch`` streams with full context are decoded together."""
        cached = batch * setup["context"]
        return 1 / self.step_seconds(model, gpu, setup, scheme, batch, cached)

    def streams(self, model: Config, gpu: Config, setup: Config, scheme: Config) -> int:
        """How many streams of full context fit."""
        return max(0, self.kv_room(model, gpu, setup, scheme) or 0) // int(setup["context"])

    def cost(self, setup: Config, rate: float, batch: int) -> float:
        """Of a million tokens, when all streams together make ``rate`` of them a second."""
        return float(setup["gpus"] * setup["price"] / (rate * 3600) * 1e6)

    def entry(self, model: Config, gpu: Config, setup: Config, scheme: Config, batch: int) -> Config:
        """One part of a plan; ``rate`` is of all streams together (tokens/s), ``cost`` of a million tokens."""
        rate = self.rate_of_all(self.rate_of_each(model, gpu, setup, scheme, batch), batch)
        return {
            "scheme": scheme["name"],
            "batch": batch,
            "rate": rate,
            "cost": self.cost(setup, rate, batch),
        }

    def rate_of_all(self, rate_of_each: float, batch: int) -> float:
        """Tokens a second of all streams together."""
        return batch * rate_of_each

    def keeps_up(self, model: Config, gpu: Config, setup: Config, scheme: Config, batch: int) -> bool:
        """Whether every stream of such a batch has the rate that is wanted."""
        return self.rate_of_each(model, gpu, setup, scheme, batch) >= self.wanted(setup)

    def wanted(self, setup: Config) -> float:
        """The least rate of a stream, tokens/s."""
        return float(setup["wanted"])

    def best_batch(self, model: Config, gpu: Config, setup: Config, scheme: Config) -> int:
        """The largest batch that fits and keeps up: more streams never make a stream faster."""
        low, high = 0, self.streams(model, gpu, setup, scheme)
        while low < high:
            middle = (low + high + 1) // 2
            if self.keeps_up(model, gpu, setup, scheme, middle):
                low = middle
            else:
                high = middle - 1
        return low

    def plan(self, model: Config, gpu: Config, setup: Config, schemes: list[Config]) -> Answer:
        """What to take for one stream and for the best batch, as the brief has it.

        Returns:
            {"one_stream": entry, "best_batch": entry}, None in the place of an entry where no scheme keeps up;
            ``nothing_fits`` where no room holds one stream.
        """
        fitting = [s for s in schemes if self.streams(model, gpu, setup, s) >= 1]
        if not fitting:
            return self.nothing_fits()
        able = [s for s in fitting if self.keeps_up(model, gpu, setup, s, 1)]
        one = [self.entry(model, gpu, setup, s, 1) for s in able]
        batches = [(s, self.best_batch(model, gpu, setup, s)) for s in fitting]
        many = [self.entry(model, gpu, setup, s, batch) for s, batch in batches if batch]
        return {
            "one_stream": self.pick_for_one(one) if one else None,
            "best_batch": self.pick_for_many(many) if many else None,
        }

    def nothing_fits(self) -> Answer:
        """The whole answer where no scheme's room holds one stream."""
        return None

    def pick_for_one(self, entries: list[Config]) -> Config:
        """The first: schemes are listed from the least loss to the most."""
        return entries[0]

    def pick_for_many(self, entries: list[Config]) -> Config:
        """The cheapest for a token; of two that cost the same, the one listed first."""
        return min(entries, key=lambda entry: entry["cost"])
