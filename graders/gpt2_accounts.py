"""Every byte of a GPT-2-shaped model, and what wrong ideas make of the count.

A count is a dict of bytes by part. ``footprint`` is the sum of the first five parts, as transformers'
``get_memory_footprint()`` tells it; ``scales`` are the absmaxes that bitsandbytes keeps beside its codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

PARTS = ("linear", "biases", "norms", "embeddings", "head")
SIZES = {"float32": 4, "float16": 2, "bfloat16": 2}

Shape = dict[str, Any]
Bytes = dict[str, float]
Count = Callable[[Shape, str, bool], Bytes]


def layers_of(shape: Shape) -> list[tuple[int, int]]:
    """(inputs, outputs) of each linear layer of one block."""
    width, inner = shape["n_embd"], shape["n_inner"] or 4 * shape["n_embd"]
    return [(width, 3 * width), (width, width), (width, inner), (inner, width)]


def numbers(shape: Shape) -> dict[str, int]:
    """How many numbers each part holds; ``outputs`` is how many scales that makes."""
    width, blocks, layers = shape["n_embd"], shape["n_layer"], layers_of(shape)
    outputs = blocks * sum(outputs for _, outputs in layers)
    return {
        "linear": blocks * sum(inputs * outputs for inputs, outputs in layers),
        "biases": outputs,
        "norms": (2 * blocks + 1) * 2 * width,
        "embeddings": (shape["vocab_size"] + shape["n_positions"]) * width,
        "head": 0 if shape["tie_word_embeddings"] else shape["vocab_size"] * width,
        "outputs": outputs,
    }


def count(shape: Shape, dtype: str, int8: bool) -> Bytes:
    """The right count."""
    held, size = numbers(shape), SIZES[dtype]
    parts: Bytes = {part: held[part] * size for part in PARTS}
    if int8:
        parts["linear"] = held["linear"]
    return total(parts, 4 * held["outputs"] if int8 else 0)


def total(parts: Bytes, scales: float) -> Bytes:
    """The parts with their sum as ``footprint``, and ``scales``, in bytes, which that sum leaves out."""
    return {**parts, "footprint": sum(parts[part] for part in PARTS), "scales": scales}


def above_half(shape: Shape, dtype: str, by: Count = count) -> Bytes:
    """Bytes of each part of the 8-bit model above half of what it takes in the 16-bit model."""
    eight, sixteen = by(shape, dtype, True), by(shape, "float16", False)
    return {**{part: eight[part] - sixteen[part] / 2 for part in PARTS}, "scales": eight["scales"]}


# --- wrong ideas --------------------------------------------------------------------------------


def ideas() -> Iterator[tuple[str, Count]]:
    """Every wrong idea about the count; an idea may come in several variants. What agrees with one without a name
    can't be told from it: inputs are 2n fewer than outputs, as many as those of keys and values.
    """
    yield "", _recounted(lambda s, n: {"biases": _inputs(s)})
    yield from _of_shape()
    yield from _of_width()
    yield from _of_scales()


def above_half_ideas(shape: Shape, dtype: str) -> Iterator[tuple[str, Bytes]]:
    """Every wrong idea about the bytes above half."""
    yield from ((idea, above_half(shape, dtype, by)) for idea, by in ideas())
    eight, sixteen, same = (
        count(shape, dtype, True),
        count(shape, "float16", False),
        count(shape, dtype, False),
    )
    halves = {part: eight[part] - same[part] / 2 for part in PARTS}
    yield "half-of-the-same-dtype", {**halves, "scales": eight["scales"]}
    whole = {part: eight[part] - sixteen[part] for part in PARTS}
    yield "sixteen-bits-not-halved", {**whole, "scales": eight["scales"]}
    yield "sixteen-bits-not-halved", {part: -whole[part] for part in PARTS} | {"scales": eight["scales"]}


def _recounted(change: Callable[[Shape, dict[str, int]], dict[str, int]]) -> Count:
    """The right sizes of wrong numbers."""

    def by(shape: Shape, dtype: str, int8: bool) -> Bytes:
        held = numbers(shape)
        held |= change(shape, held)
        parts: Bytes = {part: held[part] * SIZES[dtype] for part in PARTS}
        if int8:
            parts["linear"] = held["linear"]
        return total(parts, 4 * held["outputs"] if int8 else 0)

    return by


def _resized(change: Callable[[dict[str, int], str, bool], dict[str, float]]) -> Count:
    """Other bytes for some parts of the right numbers."""

    def by(shape: Shape, dtype: str, int8: bool) -> Bytes:
        right, changed = count(shape, dtype, int8), change(numbers(shape), dtype, int8)
        return total(
            {part: changed.get(part, right[part]) for part in PARTS}, changed.get("scales", right["scales"])
        )

    return by


def _of_shape() -> Iterator[tuple[str, Count]]:
    """Ideas of what a model of this shape holds."""

    def vocabulary(shape: Shape) -> int:
        return int(shape["vocab_size"] * shape["n_embd"])

    def norms(shape: Shape, each: int, final: int) -> dict[str, int]:
        return {"norms": (2 * shape["n_layer"] * each + final) * shape["n_embd"]}

    yield "tied-head-has-a-matrix", _recounted(lambda s, n: {"head": vocabulary(s)})
    yield "own-head-left-out", _recounted(lambda s, n: {"head": 0})
    yield "positions-forgotten", _recounted(lambda s, n: {"embeddings": vocabulary(s)})
    yield "final-norm-forgotten", _recounted(lambda s, n: norms(s, 2, 0))
    yield "norms-without-biases", _recounted(lambda s, n: norms(s, 1, 1))
    for biases in (
        lambda s, n: {"biases": 0},
        lambda s, n: {"biases": n["biases"] - 4 * s["n_layer"] * s["n_embd"]},
    ):
        yield "biases-forgotten", _recounted(biases)

    def one_projection(shape: Shape, held: dict[str, int], *parts: str) -> dict[str, int]:
        blocks, width = shape["n_layer"], shape["n_embd"]
        less = {"linear": 2 * width * width, "biases": 2 * width, "outputs": 2 * width}
        return {part: held[part] - blocks * less[part] for part in parts}

    for parts in (("linear",), ("linear", "biases"), ("linear", "biases", "outputs"), ("biases",)):
        yield "query-key-value-as-one", _recounted(lambda s, n, parts=parts: one_projection(s, n, *parts))

    def four_times(shape: Shape, held: dict[str, int]) -> dict[str, int]:
        return numbers({**shape, "n_inner": None}) | {"head": held["head"]}

    yield "inner-width-assumed", _recounted(four_times)


def _inputs(shape: Shape) -> int:
    """Inputs of all linear layers together, where the outputs should be counted."""
    return int(shape["n_layer"] * sum(inputs for inputs, _ in layers_of(shape)))


def _of_width() -> Iterator[tuple[str, Count]]:
    """Ideas of how many bytes a number takes."""
    for chosen in (("embeddings",), ("embeddings", "head")):
        yield "embeddings-in-eight-bits", _in_bytes(1, chosen)
    yield "embeddings-in-eight-bits", _with_scales("embeddings", lambda s: s["vocab_size"] + s["n_positions"])
    yield "head-in-eight-bits", _in_bytes(1, ("head",))
    yield (
        "head-in-eight-bits",
        _with_scales("head", lambda s: 0 if s["tie_word_embeddings"] else s["vocab_size"]),
    )
    for chosen in (("biases",), ("biases", "norms")):
        yield "biases-in-eight-bits", _in_bytes(1, chosen)
    others = ("biases", "norms", "embeddings", "head")
    yield "all-in-eight-bits", _in_bytes(1, others)
    yield "all-in-eight-bits", _in_bytes(1, others, scales=0)
    yield "rest-always-in-16-bits", _in_bytes(2, others)
    yield "rest-always-in-32-bits", _in_bytes(4, others)
    yield "norms-kept-in-32-bits", _resized(lambda n, dtype, int8: {"norms": 4 * n["norms"]})
    yield "norms-kept-in-32-bits", _in_bytes(4, ("norms",))
    for always in (4, 2):
        yield "dtype-not-looked-at", _resized(lambda n, dtype, int8, a=always: _at_size(n, a, int8))
    yield "parameters-not-bytes", _resized(lambda n, dtype, int8: {part: n[part] for part in PARTS})
    yield "codes-in-the-dtype", _resized(lambda n, dtype, int8: {"linear": n["linear"] * SIZES[dtype]})


def _of_scales() -> Iterator[tuple[str, Count]]:
    """Ideas of how many scales there are, how wide, and where they count."""
    yield "scales-left-out", _resized(lambda n, dtype, int8: {"scales": 0})
    yield "scales-always-there", _resized(lambda n, dtype, int8: {"scales": 4 * n["outputs"]})
    yield "scales-in-16-bits", _resized(lambda n, dtype, int8: {"scales": 2 * n["outputs"] if int8 else 0})
    yield "scales-in-16-bits", _resized(lambda n, d, int8: {"scales": SIZES[d] * n["outputs"] if int8 else 0})
    yield "one-scale-a-matrix", _per_block(lambda layers: len(layers))
    yield "one-scale-an-input", _per_block(lambda layers: sum(inputs for inputs, _ in layers))
    yield "one-scale-an-input", _recounted(lambda s, n: {"biases": _inputs(s), "outputs": _inputs(s)})

    def in_the_sum(shape: Shape, dtype: str, int8: bool) -> Bytes:
        right = count(shape, dtype, int8)
        return {**right, "footprint": right["footprint"] + right["scales"]}

    def in_the_codes(shape: Shape, dtype: str, int8: bool) -> Bytes:
        right = count(shape, dtype, int8)
        return total({**right, "linear": right["linear"] + right["scales"]}, right["scales"])

    def causal_mask(shape: Shape, dtype: str, int8: bool) -> Bytes:
        right = count(shape, dtype, int8)
        return {**right, "footprint": right["footprint"] + shape["n_layer"] * shape["n_positions"] ** 2}

    yield "scales-in-the-footprint", in_the_sum
    yield "scales-in-the-footprint", in_the_codes
    yield "causal-mask-counted", causal_mask


def _in_bytes(size: int, parts: tuple[str, ...], scales: int | None = None) -> Count:
    """``size`` bytes a number in these parts of an 8-bit model."""

    def change(held: dict[str, int], dtype: str, int8: bool) -> dict[str, float]:
        if not int8:
            return {}
        return {part: held[part] * size for part in parts} | ({} if scales is None else {"scales": scales})

    return _resized(change)


def _with_scales(part: str, rows: Callable[[Shape], int]) -> Count:
    """One byte a number in this part of an 8-bit model, and a scale for each of its rows."""

    def by(shape: Shape, dtype: str, int8: bool) -> Bytes:
        right = count(shape, dtype, int8)
        if not int8:
            return right
        codes = {**right, part: numbers(shape)[part]}
        return total(codes, right["scales"] + 4 * rows(shape))

    return by


def _at_size(held: dict[str, int], size: int, int8: bool) -> dict[str, float]:
    return {part: held[part] * size for part in PARTS if not (int8 and part == "linear")}


def _per_block(scales: Callable[[list[tuple[int, int]]], int]) -> Count:
    def by(shape: Shape, dtype: str, int8: bool) -> Bytes:
        right = count(shape, dtype, int8)
        return {**right, "scales": 4 * shape["n_layer"] * scales(layers_of(shape)) if int8 else 0}

    return by
