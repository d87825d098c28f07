"""Hidden checks of int4-packing: codes come back exactly, from bytes that hold two of them each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from packing_suspects import Trip, thought_behind
from peaks import judge_peak
from torch import Tensor

SIDE = 1024
WORDS = {torch.int16: 4, torch.int32: 8, torch.int64: 16}


# --- draws --------------------------------------------------------------------------------------


def codes(draw, rows: int, columns: int) -> Tensor:
    """i8[rows, columns]: all sixteen codes, each about equally often."""
    return (draw.permutation(rows * columns) % 16 - 8).to(torch.int8).reshape(rows, columns)


def every_pair(draw) -> Tensor:
    """i8[16, 32]: each of the 256 pairs of codes once, as neighbours in a row."""
    pairs = draw.permutation(256)
    return (torch.stack([pairs % 16, pairs // 16], dim=1) - 8).to(torch.int8).reshape(16, 32)


# --- the learner's functions, with the form of their results --------------------------------------


def pack(solution, expect, q: Tensor) -> Tensor:
    rows, columns = q.shape
    return expect.tensor(
        packed := solution.pack_int4(q),
        name="what pack_int4 returns",
        dtype=torch.uint8,
        shape=(rows, -(-columns // 2)),
        misconception=lambda: thought_of_bytes(packed, q),
    )


def unpack(solution, expect, packed: Tensor, q: Tensor) -> Trip:
    came = solution.unpack_int4(packed, q.shape[1])
    came = expect.tensor(
        came,
        name="what unpack_int4 returns",
        dtype=torch.int8,
        shape=q.shape,
        misconception=lambda: thought_of_codes(came, q),
    )
    return Trip(q, came)


def round_trip(solution, expect, q: Tensor) -> Trip:
    return unpack(solution, expect, pack(solution, expect, q), q)


def thought_of_bytes(packed: object, q: Tensor) -> str | None:
    """The misconception that shows in the form of the bytes."""
    rows, columns = q.shape
    if isinstance(packed, (tuple, list, dict)):
        parts = list(packed.values()) if isinstance(packed, dict) else packed
        beside = len(parts) > 1 and any(isinstance(part, Tensor) for part in parts)
        return "more-than-the-bytes" if beside else None
    if not isinstance(packed, Tensor) or columns < 3:
        return None  # in so few columns a byte, a word and a code of one row have the same shape
    shape = tuple(packed.shape)
    if shape == (rows, -(-columns // 2)):
        return "bytes-in-int8" if packed.dtype == torch.int8 else "bytes-in-a-wider-type"
    if shape == (rows, columns):
        return "one-code-a-byte"
    if packed.dtype in WORDS:
        word = WORDS[packed.dtype]
        wide = {(rows, -(-columns // word)), (rows, columns // word)}
        wide |= {(-(-rows // word), columns), (rows // word, columns)}
        return "packed-into-wide-words" if shape in wide else None
    if shape in {(-(-rows // 2), columns), (rows // 2, columns)}:
        return "packed-down-the-columns"
    if columns % 2 and shape == (rows, columns // 2):
        return "odd-column-lost"
    run_together = packed.numel() in (rows * columns // 2, -(-rows * columns // 2))
    return "rows-run-together" if run_together and max(shape) == packed.numel() else None


def thought_of_codes(came: object, q: Tensor) -> str | None:
    """The misconception that shows in the form of the codes that came back."""
    if not isinstance(came, Tensor):
        return None
    rows, columns = q.shape
    if columns % 2 and came.shape == (rows, columns + 1):
        return "padding-returned"
    if columns % 2 and came.shape == (rows, columns - 1):
        return "odd-column-lost"
    if came.shape != q.shape:
        return None
    exact = torch.equal(came.double(), q.double()) or torch.equal(came.double(), q.double() % 256)
    return "unpacked-in-another-type" if exact else thought_behind([Trip(q, came.round())])


# --- the measure ----------------------------------------------------------------------------------


def judge(measure, trips: Iterable[Trip], thought: Callable[[list[Trip]], str | None] = thought_behind):
    """Compares codes with codes. All trips of a check are judged together: one idea must explain them all."""
    trips = list(trips)
    worst = max(trips, key=lambda trip: trip.changed / trip.q.numel())
    measure(
        "codes changed",
        sum(trip.changed for trip in trips),
        0,
        unit="codes",
        expected="every code back exactly as it went in",
        came=f"{worst.changed} of {worst.q.numel()} codes changed, in a matrix of "
        f"{worst.q.shape[0]} × {worst.q.shape[1]}",
        misconception=lambda: thought(trips),
    )


# --- the checks -----------------------------------------------------------------------------------


def test_form(solution, draw, expect):
    """You return uint8 with half as many columns, and int8 with all of them on the way back."""
    for columns in (2 * draw.integer(10, 14), 2 * draw.integer(10, 14) + 1):
        round_trip(solution, expect, codes(draw, draw.integer(5, 8), columns))


def test_every_pair(solution, draw, measure, expect):
    """All sixteen codes come back, with each of the sixteen beside them."""
    shapes = ((draw.integer(20, 30), 2 * draw.integer(40, 60)) for _ in range(2))
    matrices = [every_pair(draw), *(codes(draw, *shape) for shape in shapes)]
    judge(measure, [round_trip(solution, expect, q) for q in matrices])


def test_odd_columns(solution, draw, measure, expect):
    """Rows with an odd number of codes come back whole."""
    widths = (3, 5, 2 * draw.integer(20, 30) + 1, 2 * draw.integer(40, 60) + 1)
    judge(
        measure,
        [round_trip(solution, expect, codes(draw, draw.integer(20, 30), width)) for width in widths],
    )


def test_shapes(solution, draw, measure, expect):
    """One column, one row and a single code are served, and matrices of one code only."""
    shapes = [(draw.integer(40, 60), 1), (1, draw.integer(30, 49) * 2), (1, draw.integer(30, 49) * 2 + 1)]
    matrices = [codes(draw, *shape) for shape in shapes]
    matrices += [torch.full((1, 1), code, dtype=torch.int8) for code in (-8, -1, 0, 7)]
    matrices += [torch.full((draw.integer(2, 6), draw.integer(2, 9)), c, dtype=torch.int8) for c in (-8, 7)]
    judge(measure, [round_trip(solution, expect, q) for q in matrices])


def test_views(solution, draw, measure, expect):
    """Transposed matrices, and every second row or column of another, are packed like any other."""
    rows, half = draw.integer(21, 29), draw.integer(15, 19)
    matrices = [
        codes(draw, 2 * half, rows).T,
        codes(draw, 2 * half + 1, rows).T,
        codes(draw, 2 * rows, 2 * half + 2)[::2, 1:-1],
        codes(draw, rows, 4 * half)[:, ::2],
        codes(draw, rows, 4 * half + 2)[:, 1::2],
    ]
    judge(measure, [round_trip(solution, expect, q) for q in matrices])


def test_any_order(solution, draw, measure, expect):
    """Bytes are unpacked in any order, and more than once: nothing but the bytes tells the codes."""
    rows, columns = draw.integer(20, 30), draw.integer(30, 50)
    matrices = [codes(draw, rows, columns) for _ in range(3)] + [codes(draw, columns, rows)]
    packed = [pack(solution, expect, q) for q in matrices]
    order = [*draw.permutation(4).tolist(), *draw.permutation(4).tolist()]
    judge(measure, [unpack(solution, expect, packed[i], matrices[i]) for i in order])


def test_memory(draw, measure, expect, peak_memory, payload_bytes):
    """A 1024 × 1024 matrix takes half a byte a code, and little memory on the way."""
    q = codes(draw, SIDE, SIDE)
    payload, grown = peak_memory("pack_int4", q)
    measure(
        "payload",
        payload_bytes(payload),
        SIDE * SIDE // 2,
        unit="bytes",
        expected="half a byte a code",
        misconception=lambda: thought_of_bytes(payload, q),
    )
    judge_memory(measure, "peak memory of pack_int4", grown)
    came, grown = peak_memory("unpack_int4", payload, SIDE)
    judge_memory(measure, "peak memory of unpack_int4", grown)
    # Little memory counts only where the work was done.
    came = expect.tensor(
        came,
        name="what unpack_int4 returns",
        dtype=torch.int8,
        shape=q.shape,
        misconception=lambda: thought_of_codes(came, q),
    )
    judge(measure, [Trip(q, came)])


def judge_memory(measure, name: str, grown: int):
    judge_peak(
        measure,
        name,
        grown,
        SIDE**2,
        misconception=lambda: "sixteen-places-for-each-code" if grown >= 16 * 8 * SIDE**2 else None,
        unit="code",
    )
