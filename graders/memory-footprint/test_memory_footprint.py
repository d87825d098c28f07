"""Hidden checks of memory-footprint: bytes are counted exactly, on drawn shapes and schemes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from footprint_counts import Ideas, Matrix, Tensors, bits_ideas, matrix_ideas, model, model_ideas, right, told

MEMORY_LIMIT = 64 * 2**20
WIDTHS = (2, 3, 4, 5, 6, 8)


class Counted(NamedTuple):
    """What came, what is right, what every idea gives, of what, and whether its shape is public."""

    came: float
    exact: float
    ideas: Ideas
    of: str
    public: bool = False

    @property
    def said(self) -> str:
        """How far off it is. What came of a shape that is known can be retraced."""
        ratio = f"{self.came / self.exact:.6g} times as many"
        return f"{self.came:,} bytes, {ratio}" if self.public and self.exact > 1e3 else ratio


def scheme_in_words(m: Matrix) -> str:
    """Bits, granularity and zero points; nothing of the shape."""
    if m.granularity is None:
        return f"floats of {m.bits} bits"
    sharing = {"tensor": "tensor", "row": "row"}.get(str(m.granularity), f"group of {m.granularity} columns")
    zero_points = f"a {m.zero_point_bits}-bit zero point" if m.zero_point_bits else "no zero point"
    return f"{m.bits}-bit codes with a {m.scale_bits}-bit scale and {zero_points} for each {sharing}"


def matrix_in_words(m: Matrix) -> str:
    """The scheme, and what is special about how the shape meets it."""
    special = ["inside a byte"] if m.columns * m.bits % 8 else []
    if isinstance(m.granularity, int) and m.granularity > m.columns:
        special.append("before its group is full")
    elif isinstance(m.granularity, int) and m.columns % m.granularity:
        special.append("with a short group")
    ends = f"; each row ends {' and '.join(special)}" if special else ""
    return f"a matrix of {scheme_in_words(m)}{ends}"


class Tally:
    """Counts of one check. They are judged together, so that one idea must explain all of them."""

    def __init__(self, measure, expect) -> None:
        self._measure, self._expect = measure, expect
        self._counts: list[Counted] = []

    def matrix(self, solution, m: Matrix) -> None:
        came = self._expect.number(solution.matrix_bytes(*m), name="matrix_bytes")
        self._counts.append(Counted(came, right(m), matrix_ideas(m), matrix_in_words(m)))

    def model(
        self, came: object, what: str, tensors: Tensors, kept_bits: int, scheme: tuple, public=False
    ) -> None:
        came = self._expect.number(came, name="model_bytes")
        exact, ideas = model(tensors, kept_bits, scheme), model_ideas(tensors, kept_bits, scheme)
        linear = scheme_in_words(Matrix(0, 0, *scheme))
        of = f"{what}, its linear layers in {linear}, the rest in {kept_bits} bits"
        self._counts.append(Counted(came, exact, ideas, of, public))

    def bits(self, solution, m: Matrix) -> None:
        came = self._expect.number(solution.bits_per_weight(*m), name="bits_per_weight")
        exact = 8 * right(m) / (m.rows * m.columns)
        self._counts.append(Counted(came, exact, bits_ideas(m), matrix_in_words(m)))

    def judge(
        self, limit: float = 0.5, unit: str = "bytes", what: str = "the exact number of bytes of"
    ) -> None:
        """Compares, the most wrong count first."""
        for counted in sorted(self._counts, key=lambda one: -abs(one.came / one.exact - 1)):
            self._measure(
                f"miscounted {unit}",
                abs(counted.came - counted.exact),
                limit,
                unit=unit,
                expected=f"{what} {counted.of}",
                came=counted.said,
                misconception=self._idea_behind,
            )

    def _idea_behind(self) -> str | None:
        """The one idea that explains every count, the right ones too."""
        fitting = [name for name in self._counts[0].ideas if self._explains(name)]
        return fitting[0] if len(fitting) == 1 else None

    def _explains(self, name: str) -> bool:
        variants = zip(*(counted.ideas[name] for counted in self._counts), strict=True)
        counts = [counted.came for counted in self._counts]
        return any(
            all(math.isclose(c, v, rel_tol=1e-12) for c, v in zip(counts, values, strict=True))
            for values in variants
        )


# --- draws -------------------------------------------------------------------------------------


def drawn_matrix(draw, granularities: tuple[str, ...], wanted: tuple[str, ...], zero_points=(0,)) -> Matrix:
    """A matrix and a scheme on which every wanted idea shows, each by a count of its own; its codes do not end on a
    whole byte."""
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
    wanted = ("zero-points-forgotten", "byte-for-each-zero-point", "zero-points-rounded-by-rows")
    for granularity, ideas in (("row", wanted[:1]), ("group", wanted), ("group", wanted[:1])):
        tally.matrix(solution, drawn_matrix(draw, (granularity,), ideas, zero_points=(3, 4, 8)))
    tally.judge()


def test_bits_per_weight(solution, draw, measure, expect):
    """Bits per weight hold scales, zero points and padding."""
    tally = Tally(measure, expect)
    wanted = ("scales-forgotten", "zero-points-forgotten")
    for _ in range(2):
        tally.bits(solution, drawn_matrix(draw, ("group",), wanted, zero_points=(4,)))
    tally.bits(solution, Matrix(4096, 4096, 4, 128, 16, 0))
    tally.bits(solution, Matrix(draw.integer(3, 90), draw.integer(20, 300), 16, None, 0, 0))
    tally.judge(1e-6, "bits", "8 times all bytes, divided by the weights, for")


def test_models(solution, draw, measure, expect):
    """In a model only the linear layers are quantized, and a tied head takes nothing."""
    tally = Tally(measure, expect)
    cases = (("head", "row", 3), ("tied", "group", 4), ("head", "tensor", 8), ("tied", "group", 4))
    for head, granularity, bits in cases:
        tensors = drawn_model(draw, head)
        group = draw.integer(17, 64) if granularity == "group" else granularity
        scheme = (bits, group, draw.choice((16, 32)), draw.choice((0, 4)))
        for kept_bits in (16, 32):
            came = solution.model_bytes(tensors, kept_bits, *scheme)
            kind = "a small decoder with a " + ("tied head" if head == "tied" else "head of its own")
            tally.model(came, kind, tensors, kept_bits, scheme)
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
        came = solution.model_bytes(gpt2(), kept_bits, *scheme)
        tally.model(came, "GPT-2 small", gpt2(), kept_bits, scheme, public=True)
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
