"""Hidden checks of memory-footprint: bytes are counted exactly, on drawn shapes and schemes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from footprint_counts import Matrix, Tensors, matrix_ideas, right, scales_of, told
from footprint_tally import Tally

MEMORY_LIMIT = 64 * 2**20
WIDTHS = (2, 3, 4, 5, 6, 8)


@pytest.fixture(scope="session")
def named() -> set[str]:
    return set()


@pytest.fixture
def tally(measure, expect, named) -> Tally:
    return Tally(measure, expect, named)


# --- draws -------------------------------------------------------------------------------------


def drawn_matrix(
    draw, granularities: tuple[str, ...], wanted: tuple[str, ...], zero_points=(0,), scales=(16, 32)
) -> Matrix:
    """A matrix and a scheme on which every wanted idea shows, each by a count of its own; neither its codes nor its
    zero points end on a whole byte, but for zero points that are bytes."""
    while True:
        granularity: str | int = draw.choice(granularities)
        if granularity == "group":
            granularity = draw.integer(3, 70)
        m = Matrix(
            draw.integer(3, 90),
            draw.integer(20, 300),
            draw.choice(WIDTHS),
            granularity,
            draw.choice(scales),
            draw.choice(zero_points),
        )
        if m.zero_point_bits % 8 and scales_of(m) * m.zero_point_bits % 8 == 0:
            continue
        ideas = matrix_ideas(m)
        apart = len({tuple(ideas[name]) for name in wanted}) == len(wanted)
        if m.rows * m.columns * m.bits % 8 and apart and told(right(m), ideas, wanted):
            return m


def drawn_model(draw, head: str) -> Tensors:
    """A small decoder: embeddings, blocks of norms, linear layers and biases, and a head."""
    width = 2 * draw.integer(17, 75) + 1
    vocabulary = draw.integer(300, 900)
    tensors: Tensors = [("embedding", vocabulary, width), ("embedding", draw.integer(40, 90), width)]
    for _ in range(draw.integer(2, 4)):
        inner = draw.integer(2 * width, 4 * width)
        for outputs, inputs in ((3 * width, width), (width, width), (inner, width), (width, inner)):
            tensors += [("norm", 1, width), ("linear", outputs, inputs), ("bias", 1, outputs)]
    return [*tensors, ("norm", 2, width), (head, vocabulary, width)]


# --- checks ------------------------------------------------------------------------------------


def test_one_number(solution, expect):
    """Each function returns one number."""
    expect.number(solution.matrix_bytes(2, 5, 4, "tensor", 16, 0), name="matrix_bytes")
    expect.number(solution.bits_per_weight(2, 5, 4, "tensor", 16, 0), name="bits_per_weight")
    tensors = [("embedding", 6, 4), ("linear", 4, 4), ("tied", 6, 4)]
    expect.number(solution.model_bytes(tensors, 16, 8, "row", 16, 0), name="model_bytes")


def test_float_matrices(solution, draw, tally):
    """A matrix kept in 16 or 32 bits takes its weights and nothing more."""
    for bits in (16, 32):
        tally.matrix(solution, Matrix(draw.integer(3, 90), draw.integer(20, 300), bits, None, 16, 8))
    tally.judge()


def test_packed_codes(solution, draw, tally):
    """Codes of 2 to 8 bits are packed, and each row ends on a whole byte."""
    wanted = ("rows-packed-together", "packing-rounded-down", "one-byte-a-code")
    for _ in range(6):
        tally.matrix(solution, drawn_matrix(draw, ("tensor", "row"), wanted))
    tally.judge()


def test_scales(solution, draw, tally):
    """Every scale counts: one a matrix, one a row, one a group, short last groups too."""
    for width in (16, 32, 16):
        for granularity, wanted in (
            ("tensor", ("scales-forgotten",)),
            ("row", ("scales-for-columns",)),
            ("group", ("short-group-forgotten", "groups-across-rows")),
        ):
            tally.matrix(solution, drawn_matrix(draw, (granularity,), wanted, scales=(width,)))
    tally.matrix(solution, Matrix(draw.integer(3, 90), 2 * draw.integer(10, 60) + 1, 8, 1, 16, 0))
    tally.judge()


def test_group_longer_than_the_row(solution, draw, tally):
    """A group longer than the row, or as long, is one group."""
    rows, columns = 2 * draw.integer(3, 45) + 1, 4 * draw.integer(5, 30) + 3
    for granularity in (columns + draw.integer(1, 200), columns, "row"):  # all have as many scales
        tally.matrix(solution, Matrix(rows, columns, 4, granularity, 16, 0))
    tally.judge()


def test_zero_points(solution, draw, tally):
    """Zero points count, one beside each scale, rounded up to whole bytes once a matrix."""
    wanted = ("zero-points-forgotten", "byte-for-each-zero-point", "zero-points-rounded-by-rows")
    for granularity, ideas, bits in (
        ("tensor", wanted[:1], (3, 4)),
        ("row", wanted[:1], (3, 4)),
        ("group", wanted, (3, 4)),
        ("group", wanted[:1], (8,)),
    ):
        tally.matrix(solution, drawn_matrix(draw, (granularity,), ideas, zero_points=bits))
    tally.judge()


def test_bits_per_weight(solution, draw, tally):
    """Bits per weight hold scales, zero points and padding."""
    wanted = ("scales-forgotten", "zero-points-forgotten")
    for granularity in ("tensor", "row", "group", "group"):
        tally.bits(solution, drawn_matrix(draw, (granularity,), wanted, zero_points=(4,)))
    tally.bits(solution, Matrix(4096, 4096, 4, 128, 16, 0))
    tally.bits(solution, Matrix(draw.integer(3, 90), draw.integer(20, 300), 16, None, 0, 0))
    tally.judge(1e-6, "bits", "8 times all bytes, divided by the weights, for")


def test_models(solution, draw, tally):
    """In a model only the linear layers are quantized, and a tied head takes nothing."""
    cases = (
        ("head", 3, "row", 16, 4),
        ("tied", 4, "group", 32, 0),
        ("head", 8, "tensor", 32, 4),
        ("tied", 4, "group", 16, 4),
    )
    for head, bits, granularity, scale_bits, zero_point_bits in cases:
        tensors = drawn_model(draw, head)
        group = draw.integer(17, 64) if granularity == "group" else granularity
        scheme = (bits, group, scale_bits, zero_point_bits)
        for kept_bits in (16, 32):
            came = solution.model_bytes(tensors, kept_bits, *scheme)
            kind = "a small decoder with a " + ("tied head" if head == "tied" else "head of its own")
            tally.model(came, kind, tensors, kept_bits, scheme)
    tally.judge()


def test_gpt2(solution, tally):
    """GPT-2 small: 497,759,232 bytes in 32 bits, 164,110,848 with int8 rows in 16 bits."""
    for kept_bits, scheme in (
        (32, (32, None, 0, 0)),
        (16, (16, None, 0, 0)),
        (16, (8, "row", 16, 0)),
        (16, (4, 128, 16, 0)),
    ):
        came = solution.model_bytes(gpt2(), kept_bits, *scheme)
        tally.model(came, "GPT-2 small", gpt2(), kept_bits, scheme, public=True)
    tally.judge()


def test_nothing_is_built(solution, draw, measure, tally, peak_memory):
    """A model of 7 billion parameters is counted without building it."""
    tensors, kept_bits, scheme = [*llama(), odd_layer(draw)], 16, (4, "row", 32, 8)
    came, grown = peak_memory("model_bytes", tensors, kept_bits, *scheme)
    embedding_bytes = 32000 * 4096 * 2
    measure(
        "peak memory",
        grown,
        MEMORY_LIMIT,
        unit="bytes",
        expected="shapes are counted, no tensor is built",
        misconception=lambda: "model-built-to-count" if grown > 0.9 * embedding_bytes else None,
    )
    tally.model(came, "the 7 billion parameters", tensors, kept_bits, scheme)
    tally.judge()


def gpt2() -> Tensors:
    return list(gpt2_tensors())


def gpt2_tensors() -> Iterator[tuple[str, int, int]]:
    """The 124,439,808 parameters of GPT-2 small, linear layers as (outputs, inputs)."""
    yield from (("embedding", 50257, 768), ("embedding", 1024, 768))
    for _ in range(12):
        yield from (("norm", 2, 768), ("norm", 2, 768))
        for outputs, inputs in ((2304, 768), (768, 768), (3072, 768), (768, 3072)):
            yield from (("linear", outputs, inputs), ("bias", 1, outputs))
    yield from (("norm", 2, 768), ("tied", 50257, 768))


def llama() -> Tensors:
    """The shape of Llama-2-7B, 6,738,415,616 parameters."""
    attention, feed_forward = [(4096, 4096)] * 4, [(11008, 4096), (11008, 4096), (4096, 11008)]
    block = [("norm", 2, 4096), *(("linear", *shape) for shape in attention + feed_forward)]
    return [("embedding", 32000, 4096), *block * 32, ("norm", 1, 4096), ("head", 32000, 4096)]


def odd_layer(draw) -> tuple[str, int, int]:
    """In 4 bits, with 5 bytes more a row, it takes an odd number of bytes beyond 2²⁴: float32 holds neither it nor a
    sum with it."""
    return ("linear", 2 * draw.integer(2048, 2303) + 1, 11008)
