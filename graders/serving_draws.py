"""Real models, cards and schemes, and draws of them on which answers are firm.

An answer is firm when no rounding of floats decides it: numbers of tokens are not within 3e-3 of a whole
number, no rate within 3e-3 of the one that is wanted, no cost within 3e-3 of the next one.
"""

from __future__ import annotations

import math
from typing import Any

from serving_planner import Config, Planner

MARGIN = 3e-3
MOST_STREAMS = 400  # so that counting batches up one by one takes no time
FIELDS = (
    "num_hidden_layers",
    "hidden_size",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "intermediate_size",
    "vocab_size",
    "tie_word_embeddings",
)
# From the models' config.json files.
_SHAPES: dict[str, tuple[Any, ...]] = {
    "Llama-3-70B": (80, 8192, 64, 8, 128, 28672, 128256, False),
    "Llama-3-8B": (32, 4096, 32, 8, 128, 14336, 128256, False),
    "Llama-3.1-405B": (126, 16384, 128, 8, 128, 53248, 128256, False),
    "Llama-3.2-1B": (16, 2048, 32, 8, 64, 8192, 128256, True),
    "Llama-3.2-3B": (28, 3072, 24, 8, 128, 8192, 128256, True),
    "Llama-2-7B": (32, 4096, 32, 32, 128, 11008, 32000, False),
    "Llama-2-13B": (40, 5120, 40, 40, 128, 13824, 32000, False),
    "Llama-2-70B": (80, 8192, 64, 8, 128, 28672, 32000, False),
    "Mistral-7B": (32, 4096, 32, 8, 128, 14336, 32000, False),
    "Mistral-Nemo": (40, 5120, 32, 8, 128, 14336, 131072, False),
    "Mistral-Large": (88, 12288, 96, 8, 128, 28672, 32768, False),
    "Yi-34B": (60, 7168, 56, 8, 128, 20480, 64000, False),
    "TinyLlama": (22, 2048, 32, 4, 64, 5632, 32000, False),
    "SmolLM2-135M": (30, 576, 9, 3, 64, 1536, 49152, True),
    "SmolLM2-1.7B": (24, 2048, 32, 32, 64, 8192, 49152, True),
}
MODELS: dict[str, Config] = {name: dict(zip(FIELDS, shape, strict=True)) for name, shape in _SHAPES.items()}

# Memory as the driver tells it for the A100, else the nominal GB.
GPUS: dict[str, Config] = {
    name: {"memory_bytes": memory, "bandwidth_gb_s": bandwidth, "bf16_tflops": bf16, "int8_tops": int8}
    for name, memory, bandwidth, bf16, int8 in (
        ("A100 80GB", 85_198_045_184, 2039, 312, 624),
        ("H100 SXM", 80_000_000_000, 3350, 989, 1979),
        ("H200", 141_000_000_000, 4800, 989, 1979),
        ("L4", 24_000_000_000, 300, 121, 242),
    )
}


def scheme(
    name: str, bits: int, group: int | str | None, scale_bits: int, zero_point_bits: int, activation_bits: int
) -> Config:
    """A scheme by the names of the brief.

    Args:
        bits: of one weight; ``scale_bits``, ``zero_point_bits``: of one scale and of one zero point.
        group: what shares a scale: "row", so many columns, or None for floats.
        activation_bits: 16, or 8 where products are taken in int8.
    """
    return {
        "name": name,
        "bits": bits,
        "group": group,
        "scale_bits": scale_bits,
        "zero_point_bits": zero_point_bits,
        "activation_bits": activation_bits,
    }


# From the least loss to the most.
BF16 = scheme("bf16", 16, None, 0, 0, 16)
INT8_WEIGHTS = scheme("int8 weights", 8, "row", 16, 0, 16)
W8A8 = scheme("W8A8", 8, "row", 16, 0, 8)
NF4 = scheme("NF4", 4, 64, 32, 0, 16)
INT4_ZEROS = scheme("int4 with zeros", 4, 128, 16, 4, 16)
INT4 = scheme("int4", 4, 128, 16, 0, 16)
SCHEMES = (BF16, INT8_WEIGHTS, W8A8, NF4, INT4_ZEROS, INT4)

RIGHT = Planner()


def drawn_gpu(draw: Any) -> Config:
    """A real card, its rates a little changed, so that none can be known by heart."""
    gpu = dict(GPUS[draw.choice(sorted(GPUS))])
    gpu["memory_bytes"] += 1_000_000 * draw.integer(0, 900)
    for rate in ("bandwidth_gb_s", "bf16_tflops", "int8_tops"):
        gpu[rate] = round(gpu[rate] * draw.uniform(0.9, 1.1), 1)
    return gpu


def drawn_setup(draw: Any) -> Config:
    """How a model is served: cards, cache, context (tokens), wanted rate (tokens/s) and price (a card and hour)."""
    return {
        "gpus": draw.choice((1, 2, 4, 8)),
        "usable": draw.choice((0.85, 0.9, 0.92, 0.95)),
        "kv_bits": draw.choice((8, 16)),
        "prefill_tokens": draw.choice((512, 2048, 8192)),
        "context": draw.integer(500, 12000),
        "wanted": draw.integer(5, 90),
        "price": draw.integer(40, 1200) / 100,
    }


def room_is_firm(model: Config, gpu: Config, setup: Config, scheme: Config) -> bool:
    """Whether rounding decides neither if the weights fit nor how many tokens do."""
    free = RIGHT.free_bytes(model, gpu, setup, scheme)
    tokens = free / RIGHT.kv_bytes(model, setup["kv_bits"], 1)
    return abs(free) > MARGIN * RIGHT.usable_bytes(gpu, setup) and abs(tokens - round(tokens)) > MARGIN


def plan_is_firm(model: Config, gpu: Config, setup: Config, schemes: list[Config]) -> bool:
    """Whether rounding decides no part of the plan, and batches are few enough to be counted up one by one."""
    if not all(room_is_firm(model, gpu, setup, s) for s in schemes):
        return False
    costs = []
    for s in schemes:
        streams = RIGHT.streams(model, gpu, setup, s)
        if streams > MOST_STREAMS:
            return False
        if not streams:
            continue
        batch = RIGHT.best_batch(model, gpu, setup, s)
        for tried in {1, max(batch, 1), batch + 1}:
            rate = RIGHT.rate_of_each(model, gpu, setup, s, tried)
            if math.isclose(rate, setup["wanted"], rel_tol=MARGIN):
                return False
        if batch:
            costs.append(RIGHT.entry(model, gpu, setup, s, batch)["cost"])
    least = sorted(costs)[:2]
    return len(least) < 2 or least[1] > (1 + 5 * MARGIN) * least[0]


def drawn_to_fit(draw: Any, context: tuple[float, float]) -> tuple[Any, ...]:
    """A plan for one scheme, whose context is so many times the room (least, most). Any rate will do."""
    while True:
        model, gpu, setup = dict(MODELS[draw.choice(sorted(MODELS))]), drawn_gpu(draw), drawn_setup(draw)
        chosen = draw.choice(SCHEMES)
        room = RIGHT.kv_room(model, gpu, setup, chosen)
        if room is None or room < 1000 or not room_is_firm(model, gpu, setup, chosen):
            continue
        setup |= {"context": int(room * draw.uniform(*context)), "wanted": 0.01}
        return model, gpu, setup, [chosen]
