"""Fresh inputs for a check, from the grading's secret seed and the check's name.

A spare judge draws ahead what the checks asked for in the grading before: drawing is half of the tensor work
of a small grading, and nobody waits for it then. What a check is given is the same either way.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TypeVar

import torch

T = TypeVar("T")

Order = tuple[str, tuple[int, ...]]
"""One draw of a tensor: its kind and its sizes."""

ORDERS_KEPT = 64
"""How many draws of one check are remembered; a check that draws more draws small ones."""

AHEAD_BYTES = 512 << 20
"""How much all checks of a grading together may have drawn ahead."""


class Draw:
    """A source of inputs. Two checks of one grading draw independently; the same seed draws the same.

    Args:
        seed: the grading's.
        check: the check's name.
        ahead: draws to make now, before they are asked for.
    """

    def __init__(self, seed: int, check: str, ahead: Iterable[Order] = ()) -> None:
        digest = hashlib.sha256(f"{seed}:{check}".encode()).digest()
        self._numbers = random.Random(digest)
        self._torch_seed = int.from_bytes(digest[:8], "little") >> 1
        self._own_generator: torch.Generator | None = None
        self._shared = False
        self.orders: list[Order] = []
        self._ready = deque((order, self._source().get_state(), self._make(order)) for order in ahead)

    @property
    def generator(self) -> torch.Generator:
        """A seeded ``torch.Generator`` on the CPU."""
        self._forget_what_is_ready()
        self._shared = True  # from here on, the generator's state is not ours to foresee
        return self._source()

    def integer(self, low: int, high: int) -> int:
        """An integer from ``low`` to ``high``, both included."""
        return self._numbers.randint(low, high)

    def uniform(self, low: float, high: float) -> float:
        return self._numbers.uniform(low, high)

    def choice(self, options: Sequence[T]) -> T:
        return self._numbers.choice(options)

    def normal(self, *shape: int) -> torch.Tensor:
        """Standard normal numbers, ``f32[shape]``."""
        return self._tensor(("normal", tuple(shape)))

    def permutation(self, count: int) -> torch.Tensor:
        """The numbers 0 … count-1 in random order, ``i64[count]``."""
        return self._tensor(("permutation", (count,)))

    def _tensor(self, order: Order) -> torch.Tensor:
        if not self._shared and len(self.orders) < ORDERS_KEPT:
            self.orders.append(order)
        if self._ready and self._ready[0][0] == order:
            return self._ready.popleft()[2]
        self._forget_what_is_ready()
        return self._make(order)

    def _make(self, order: Order) -> torch.Tensor:
        kind, sizes = order
        if kind == "normal":
            return torch.randn(sizes, generator=self._source())
        return torch.randperm(sizes[0], generator=self._source())

    def _source(self) -> torch.Generator:
        if self._own_generator is None:
            self._own_generator = torch.Generator().manual_seed(self._torch_seed)
        return self._own_generator

    def _forget_what_is_ready(self) -> None:
        """Goes back to where the generator stood before the draws that were made in vain."""
        if self._ready:
            self._source().set_state(self._ready[0][1])
            self._ready.clear()


def draw_ahead(seed: int, orders: dict[str, list[Order]]) -> dict[str, Draw]:
    """For each check its source, with what it asked for last time drawn, as far as ``AHEAD_BYTES`` reach."""
    room = AHEAD_BYTES
    draws = {}
    for check, wanted in orders.items():
        fitting = []
        for kind, sizes in wanted:
            room -= math.prod(sizes) * (4 if kind == "normal" else 8)
            if room < 0:
                break
            fitting.append((kind, sizes))
        draws[check] = Draw(seed, check, fitting)
    return draws
