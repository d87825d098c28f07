"""Hidden checks of memory-footprint: bytes are counted exactly, on drawn shapes and schemes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import NamedTuple

MEMORY_LIMIT = 64 * 2**20
WIDTHS = (2, 3, 4, 5, 6, 8)
KINDS_KEPT = ("embedding", "norm", "bias", "head")


class Matrix(NamedTuple):
    """The arguments of ``matrix_bytes``."""

    rows: int
    columns: int
    bits: int
    granularity: str | int | None
    scale_bits: int
    zero_point_bits: int


Count = Callable[[Matrix], float]
Tensors = list[tuple[str, int, int]]


# --- the right count, and what wrong ideas give ------------------------------------------------


def whole(bits: int) -> int:
    return -(-bits // 8)


def scales_of(m: Matrix) -> int:
    if m.granularity is None:
        return 0
    if m.granularity == "tensor":
        return 1
    return m.rows if m.granularity == "row" else m.rows * -(-m.columns // m.granularity)


def codes(m: Matrix) -> int:
    return m.rows * whole(m.columns * m.bits)


def beside(m: Matrix, scales: int, scale_bits: int | None = None) -> int:
    """Bytes of so many scales and their zero points."""
    width = m.scale_bits if scale_bits is None else scale_bits
    return whole(scales * width) + whole(scales * m.zero_point_bits)


def right(m: Matrix) -> int:
    return codes(m) + beside(m, scales_of(m))


def floored_groups(m: Matrix) -> int:
    return m.rows * (m.columns // m.granularity) if isinstance(m.granularity, int) else scales_of(m)


def scales_of_columns(m: Matrix) -> int:
    return scales_of(m._replace(rows=m.columns, columns=m.rows))


def groups_across_rows(m: Matrix) -> int:
    return -(-m.rows * m.columns // m.granularity) if isinstance(m.granularity, int) else scales_of(m)


def all_bits(m: Matrix) -> int:
    return m.rows * m.columns * m.bits + scales_of(m) * (m.scale_bits + m.zero_point_bits)


MATRIX_IDEAS: dict[str, tuple[Count, ...]] = {
    "scales-forgotten": (codes, lambda m: codes(m) + whole(scales_of(m) * m.zero_point_bits)),
    "zero-points-forgotten": (lambda m: codes(m) + whole(scales_of(m) * m.scale_bits),),
    "short-group-forgotten": (
        lambda m: codes(m) + beside(m, floored_groups(m)),
        lambda m: codes(m) + beside(m, max(1, floored_groups(m))),
    ),
    "rows-packed-together": (lambda m: whole(m.rows * m.columns * m.bits) + beside(m, scales_of(m)),),
    "packing-rounded-down": (
        lambda m: m.rows * (m.columns * m.bits // 8) + beside(m, scales_of(m)),
        lambda m: m.rows * m.columns * m.bits // 8 + beside(m, scales_of(m)),
        lambda m: all_bits(m) // 8,
    ),
    "one-byte-a-code": (
        lambda m: m.rows * m.columns * max(1, m.bits // 8) + beside(m, scales_of(m)),
        lambda m: m.rows * m.columns * whole(m.bits) + beside(m, scales_of(m)),
    ),
    "bits-as-bytes": (all_bits, lambda m: 8 * right(m)),
    "scales-always-float32": (lambda m: codes(m) + beside(m, scales_of(m), scale_bits=32),),
    "scales-for-columns": (lambda m: codes(m) + beside(m, scales_of_columns(m)),),
    "groups-across-rows": (lambda m: codes(m) + beside(m, groups_across_rows(m)),),
    "binary-units": (
        lambda m: right(m) / 2**10,
        lambda m: right(m) / 2**20,
        lambda m: right(m) / 2**30,
        lambda m: right(m) // 2**10,
    ),
}


def model(tensors: Tensors, kept_bits: int, scheme: tuple, count: Count = right, **idea) -> float:
    """Bytes of a model, when its matrices are counted by ``count``, under one idea of what is quantized."""
    quantized = idea.get("quantized", ("linear",))
    total = 0.0
    for kind, rows, columns in tensors:
        if kind in quantized:
            total += count(Matrix(rows, columns, *scheme))
        elif kind != "tied" or idea.get("tied_counts"):
            kept = Matrix(rows, columns, kept_bits, None, 0, 0)
            total += 0 if idea.get("only_linear") else count(kept) if idea.get("kept_too") else right(kept)
    return total


def model_ideas(tensors: Tensors, kept_bits: int, scheme: tuple) -> dict[str, list[float]]:
    """Every wrong idea, and what it makes of this model."""

    def under(**idea) -> float:
        return model(tensors, kept_bits, scheme, **idea)

    more = [
        ("linear", *extra) for n in range(1, len(KINDS_KEPT) + 1) for extra in combinations(KINDS_KEPT, n)
    ]
    ideas = {
        "everything-quantized": [under(quantized=kinds) for kinds in more],
        "tied-head-counted-twice": [under(tied_counts=True)],
        "kept-at-float32": [model(tensors, 32, scheme)],
        "only-linear-counted": [under(only_linear=True)],
        "binary-units": [under() / 2**10, under() / 2**20, under() / 2**30, under() // 2**10],
    }
    for name, counts in MATRIX_IDEAS.items():
        if name != "binary-units":
            totals = [under(count=count, kept_too=kept_too) for count in counts for kept_too in (False, True)]
            ideas[name] = [*ideas.get(name, []), *totals]
    return ideas


def matrix_ideas(m: Matrix) -> dict[str, list[float]]:
    return {name: [count(m) for count in counts] for name, counts in MATRIX_IDEAS.items()}


def told(exact: float, ideas: dict[str, list[float]], wanted: tuple[str, ...]) -> bool:
    """Whether every wanted idea gives a wrong number here."""
    return all(any(value != exact for value in ideas[name]) for name in wanted)


class Tally:
    """Counts of one check. They are judged together, so that one idea must explain all of them."""

    def __init__(self, measure, expect) -> None:
        self._measure, self._expect = measure, expect
        self._counts: list[tuple[float, float, dict[str, list[float]]]] = []

    def matrix(self, solution, m: Matrix) -> None:
        came = self._expect.number(solution.matrix_bytes(*m), name="matrix_bytes")
        self._counts.append((came, right(m), matrix_ideas(m)))

    def model(self, came: object, tensors: Tensors, kept_bits: int, scheme: tuple) -> None:
        number = self._expect.number(came, name="model_bytes")
        exact = model(tensors, kept_bits, scheme)
        self._counts.append((number, exact, model_ideas(tensors, kept_bits, scheme)))

    def bits(self, solution, m: Matrix) -> None:
        came = self._expect.number(solution.bits_per_weight(*m), name="bits_per_weight")
        to_bits = 8 / (m.rows * m.columns)
        ideas = {name: [to_bits * value for value in values] for name, values in matrix_ideas(m).items()}
        ideas["scales-forgotten"].append(m.bits)
        self._counts.append((came, to_bits * right(m), ideas))

    def judge(self, limit: float = 0.5, unit: str = "bytes", what: str = "the exact number of bytes") -> None:
        """Compares, the most wrong count first."""
        for came, exact, _ in sorted(self._counts, key=lambda count: -abs(count[0] / count[1] - 1)):
            self._measure(
                f"miscounted {unit}",
                abs(came - exact),
                limit,
                unit=unit,
                expected=what,
                came=f"{came / exact:.4f} times as many",
                misconception=self._idea_behind,
            )

    def _idea_behind(self) -> str | None:
        """The one idea that explains every count, the right ones too."""
        fitting = [name for name in self._counts[0][2] if self._explains(name)]
        return fitting[0] if len(fitting) == 1 else None

    def _explains(self, name: str) -> bool:
        variants = zip(*(ideas[name] for _, _, ideas in self._counts), strict=True)
        counts = [came for came, _, _ in self._counts]
        return any(
            all(math.isclose(c, v, rel_tol=1e-12) for c, v in zip(counts, values, strict=True))
            for values in variants
        )


# --- draws -------------------------------------------------------------------------------------


def drawn_matrix(draw, granularities: tuple[str, ...], wanted: tuple[str, ...], zero_points=(0,)) -> Matrix:
    """A matrix and a scheme on which every wanted idea shows; its codes do not end on a whole byte."""
    while True:
        granularity: str | int = draw.choice(granularities)
        if granularity == "group":
            granularity = draw.integer(3, 70)
        m = Matrix(
            draw.integer(3, 90),
            draw.integer(20, 300),
            draw.choice(WIDTHS),
            granularity,
            draw.choice((16, 32)),
            draw.choice(zero_points),
        )
        if m.rows * m.columns * m.bits % 8 and told(right(m), matrix_ideas(m), wanted):
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


def test_float_matrices(solution, draw, measure, expect):
    """A matrix kept in 16 or 32 bits takes its weights and nothing more."""
    tally = Tally(measure, expect)
    for bits in (16, 32):
        tally.matrix(solution, Matrix(draw.integer(3, 90), draw.integer(20, 300), bits, None, 16, 8))
    tally.judge()


def test_packed_codes(solution, draw, measure, expect):
    """Codes of 2 to 8 bits are packed, and each row ends on a whole byte."""
    tally = Tally(measure, expect)
    wanted = ("rows-packed-together", "packing-rounded-down", "one-byte-a-code")
    for _ in range(6):
        tally.matrix(solution, drawn_matrix(draw, ("tensor", "row"), wanted))
    tally.judge()


def test_scales(solution, draw, measure, expect):
    """Every scale counts: one a matrix, one a row, one a group, short last groups too."""
    tally = Tally(measure, expect)
    for _ in range(3):
        for granularity, wanted in (
            ("tensor", ("scales-forgotten",)),
            ("row", ("scales-for-columns", "scales-always-float32")),
            ("group", ("short-group-forgotten", "groups-across-rows")),
        ):
            tally.matrix(solution, drawn_matrix(draw, (granularity,), wanted))
    tally.judge()


def test_group_longer_than_the_row(solution, draw, measure, expect):
    """A group longer than the row is one group; a group of one column is one as well."""
    tally = Tally(measure, expect)
    rows, columns = 2 * draw.integer(3, 45) + 1, 2 * draw.integer(10, 60) + 1
    for bits, group_size in ((4, columns + draw.integer(1, 200)), (4, columns), (8, 1)):
        tally.matrix(solution, Matrix(rows, columns, bits, group_size, 16, 0))
    tally.judge()


def test_zero_points(solution, draw, measure, expect):
    """Zero points count, one beside each scale, rounded up to whole bytes once a matrix."""
    tally = Tally(measure, expect)
    for granularity in ("row", "group", "group"):
        m = drawn_matrix(draw, (granularity,), ("zero-points-forgotten",), zero_points=(3, 4, 8))
        tally.matrix(solution, m)
    tally.judge()


def test_bits_per_weight(solution, draw, measure, expect):
    """Bits per weight hold scales, zero points and padding."""
    tally = Tally(measure, expect)
    wanted = ("scales-forgotten", "zero-points-forgotten")
    for _ in range(2):
        tally.bits(solution, drawn_matrix(draw, ("group",), wanted, zero_points=(4,)))
    tally.bits(solution, Matrix(4096, 4096, 4, 128, 16, 0))
    tally.bits(solution, Matrix(draw.integer(3, 90), draw.integer(20, 300), 16, None, 0, 0))
    tally.judge(1e-6, "bits", "8 times all bytes of the matrix, divided by its weights")


def test_models(solution, draw, measure, expect):
    """In a model only the linear layers are quantized, and a tied head takes nothing."""
    tally = Tally(measure, expect)
    cases = (("head", "row", 3), ("tied", "group", 4), ("head", "tensor", 8), ("tied", "group", 4))
    for head, granularity, bits in cases:
        tensors = drawn_model(draw, head)
        group = draw.integer(17, 64) if granularity == "group" else granularity
        scheme = (bits, group, draw.choice((16, 32)), draw.choice((0, 4)))
        for kept_bits in (16, 32):
            tally.model(solution.model_bytes(tensors, kept_bits, *scheme), tensors, kept_bits, scheme)
    tally.judge()


def test_gpt2(solution, measure, expect):
    """GPT-2 small: 497,759,232 bytes in 32 bits, 164,110,848 with int8 rows in 16 bits."""
    tally = Tally(measure, expect)
    for kept_bits, scheme in (
        (32, (32, None, 0, 0)),
        (16, (16, None, 0, 0)),
        (16, (8, "row", 16, 0)),
        (16, (4, 128, 16, 0)),
    ):
        tally.model(solution.model_bytes(gpt2(), kept_bits, *scheme), gpt2(), kept_bits, scheme)
    tally.judge()


def test_nothing_is_built(solution, measure, expect, peak_memory):
    """A model of 7 billion parameters is counted without building it."""
    tensors, kept_bits, scheme = llama(), 16, (4, "row", 32, 8)
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
    tally = Tally(measure, expect)
    tally.model(came, tensors, kept_bits, scheme)
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
