"""What a quantizer does to matrices that anyone may see: histograms, where the error sits, one small case in figures.

Both matrices are frozen and public, so that nothing here tells of a hidden check's inputs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from references import reference
from torch import Tensor

from tutor.grading.checks import Expect

ROWS, COLUMNS = 48, 64
OUTLIER_ROW, OUTLIER = 16, 12.0
GROUP, BITS = 16, 4  # where an exercise asks for them
BINS = 60
TALL, WIDE = 3, 2  # weights that share a cell of the heat map: down, across
SMALL_ROWS, SMALL_COLUMNS = 4, 6

RoundTrip = Callable[[object, Tensor], object]
"""``round_trip(functions, W)``: what comes back of ``W`` by somebody's functions."""


def public_weights() -> Tensor:
    """f32[48, 64], independent normal with deviation 0.02, but row 16, which is 12 times as large."""
    W = torch.from_numpy(np.random.RandomState(48).standard_normal((ROWS, COLUMNS))).float() * 0.02
    W[OUTLIER_ROW] *= OUTLIER
    return W


def small_weights() -> Tensor:
    """f32[4, 6] in few digits, with a large weight, a negative one that is largest in its row, and a row of zeros."""
    return torch.tensor([
        [0.10, -0.25, 0.40, 0.05, -0.15, 0.30],
        [1.20, -0.05, 0.08, -5.10, 0.60, 0.02],
        [0.00, 0.00, 0.00, 0.00, 0.00, 0.00],
        [0.33, 0.31, 0.35, 0.34, 0.32, 0.36],
    ])  # fmt: skip


def activations(columns: int) -> Tensor:
    """f32[4 · columns, columns], independent standard normal: inputs for schemes that look at them."""
    return torch.from_numpy(np.random.RandomState(49).standard_normal((4 * columns, columns))).float()


def look(
    table, expect: Expect, solution: object, exercise: str, round_trip: RoundTrip, *, note: str = ""
) -> None:
    """Put into the verdict's tables what the solution does to both matrices, beside the reference's small case.

    ``note`` tells who looks what these pictures don't show.
    """
    W, small = public_weights(), small_weights()
    W_hat = _back(expect, solution, round_trip, W)
    came = _back(expect, solution, round_trip, small)
    right = torch.as_tensor(round_trip(reference(exercise), small.clone())).float().reshape(small.shape)
    error = W_hat - W
    reach = float(W.abs().max())
    _histogram(table, "weights", W, -reach, reach)
    _histogram(table, "what came back", W_hat, -reach, reach)
    spread = float(error.abs().max())
    _histogram(table, "error", error, -spread, spread)
    cells = error.square().reshape(ROWS // TALL, TALL, COLUMNS // WIDE, WIDE).mean((1, 3)).sqrt()
    table("heat", [str(column) for column in range(cells.shape[1])], cells.tolist())
    places = [(row, column) for row in range(SMALL_ROWS) for column in range(SMALL_COLUMNS)]
    table(
        "small",
        ["row", "column", "weight", "came", "reference"],
        [
            [*map(float, place), float(small[place]), float(came[place]), float(right[place])]
            for place in places
        ],
    )
    if note:
        table("note", ["note"], [[note]])


def _back(expect: Expect, solution: object, round_trip: RoundTrip, W: Tensor) -> Tensor:
    try:
        result = round_trip(solution, W.clone())
    except (TypeError, ValueError, AttributeError, RuntimeError) as error:  # of what lies between two calls
        expect(False, expected="results in the brief's form", came=f"what can't be handed on: {error}")
    return expect.tensor(result, name="what comes back", shape=W.shape).detach().float()


def _histogram(table, title: str, values: Tensor, low: float, high: float) -> None:
    """``BINS`` equal bins from ``low`` to ``high``; one bin where all is the same."""
    if high <= low:
        table(title, ["from", "to", "count"], [[low, high, float(values.numel())]])
        return
    counts, edges = np.histogram(values.numpy().clip(low, high), BINS, (low, high))
    rows = [[float(a), float(b), float(n)] for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)]
    table(title, ["from", "to", "count"], rows)
