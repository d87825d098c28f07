"""What wrong ideas about packing two codes into a byte bring back, and which of them came.

Where a code lies in its byte is the learner's choice, so nothing is concluded from the bytes: only
from how the codes that came back differ from those that went in. Some ideas show in each code by
itself (a sign that is not restored); the others are tried in every usual arrangement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations, product
from typing import NamedTuple

import torch
from torch import Tensor

ENOUGH = 32  # rows that are looked at: hundreds of ideas are tried on them

Code = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


class Trip(NamedTuple):
    """Codes i8[r, c], and what came back of the same shape."""

    q: Tensor
    came: Tensor

    @property
    def changed(self) -> int:
        """How many codes are not what went in."""
        return int((self.q != self.came).sum())


class Layout(NamedTuple):
    """Which columns of an even number of columns lie in low nibbles, and which in high ones."""

    low: range
    high: range


def thought_behind(trips: Sequence[Trip]) -> str | None:
    """The one misconception that explains all trips, or None: the unchanged codes need explaining, too."""
    wide = [Trip(trip.q[:ENOUGH].long(), trip.came[:ENOUGH].long()) for trip in trips]
    # Who forgets the sign on the way back has often made another mistake before. Then that one is told first.
    for seen in (wide, [Trip(q, _signed(came, 4)) for q, came in wide]):
        for find in (_told_code_by_code, _told_by_arrangement):
            found = set(find(seen)) if any(trip.changed for trip in seen) else set()
            if found:
                return found.pop() if len(found) == 1 else None
    return "read-in-memory-order" if _in_memory_order(trips) else None


# --- ideas that show in each code ---------------------------------------------------------------


def _told_code_by_code(trips: Sequence[Trip]) -> Iterator[str]:
    q = torch.cat([trip.q.flatten() for trip in trips])
    came = torch.cat([trip.came.flatten() for trip in trips])
    same, moved = came == q, came - q
    if len(q.unique()) < 6:
        return  # too few codes to tell one idea from another
    if bool((same == (q != -8)).all()):
        yield "minus-eight-forgotten"
    elif bool((same | (moved == 16) & (q < 0)).all()):
        yield "sign-not-restored"
    elif any(bool((came == _named(q & 15, border=border)).all()) for border in range(-1, 15)):
        yield "border-misplaced"
    elif bool((moved % 16 == 0).all()):
        yield "neighbour-left-in"
    elif len((moved % 16).unique()) == 1:
        yield "offset-not-undone"
    elif any(bool((came == image)[q > -8].all()) for image in (q.abs(), q.clamp(min=0))):
        yield "sign-dropped"
    elif any(bool((came == image).all()) for image in (q & 7, _signed(q & 7, 3))):
        yield "three-bits-kept"


# --- ideas that show in how the codes of a row meet ----------------------------------------------


def _told_by_arrangement(trips: Sequence[Trip]) -> Iterator[str]:
    if all(_padded_in_front(trip) for trip in trips):
        yield "padding-in-front"
    if all(_last_column_lost(trip) for trip in trips):
        yield "odd-column-lost"
    for one in range(4):
        if all(_one_place_lost(trip, layouts(trip.q.shape[1])[one]) for trip in trips):
            yield "second-code-lost"
    # Hundreds of guesses, and each treats every row alike: most of them fail on one row already.
    tried = [*(_one_changed_row(trip) for trip in trips if trip.changed), *trips]
    for idea, guess in _guesses():
        if all(torch.equal(guess(trip.q), trip.came) for trip in tried):
            yield idea


def _one_changed_row(trip: Trip) -> Trip:
    row = int((trip.q != trip.came).any(dim=1).nonzero()[0])
    return Trip(trip.q[row : row + 1], trip.came[row : row + 1])


def layouts(columns: int) -> tuple[Layout, ...]:
    """Neighbours in a byte, or the two halves of a row; either code in the low nibble."""
    width = columns + columns % 2
    even, odd = range(0, width, 2), range(1, width, 2)
    first, second = range(width // 2), range(width // 2, width)
    return Layout(even, odd), Layout(odd, even), Layout(first, second), Layout(second, first)


def _cut(columns: range) -> slice:
    return slice(columns.start, columns.stop, columns.step)


def _guesses() -> Iterator[tuple[str, Callable[[Tensor], Tensor]]]:
    """Every idea with what it makes of codes, in each arrangement and with each filling of the spare nibble."""
    for spare, (packed, unpacked) in product((0, -8), permutations(range(4), 2)):
        idea = "nibbles-swapped" if packed // 2 == unpacked // 2 else "pairs-not-interleaved"
        yield idea, _through(lambda low, high: (low, high), packed, unpacked, spare)
    for spare, one in product((0, -8), range(4)):
        for idea, code in _codes():
            yield idea, _through(code, one, one, spare)


def _through(code: Code, packed: int, unpacked: int, spare: int) -> Callable[[Tensor], Tensor]:
    def guess(q: Tensor) -> Tensor:
        columns = q.shape[1]
        padded = torch.nn.functional.pad(q, (0, columns % 2), value=spare)
        there, back = layouts(columns)[packed], layouts(columns)[unpacked]
        came = torch.empty_like(padded)
        came[:, _cut(back.low)], came[:, _cut(back.high)] = code(
            padded[:, _cut(there.low)], padded[:, _cut(there.high)]
        )
        return came[:, :columns]

    return guess


def _codes() -> Iterator[tuple[str, Code]]:
    """What becomes of the codes in a low and a high nibble, when one line is thought wrong."""
    for join in (torch.bitwise_or, torch.add, torch.bitwise_xor):
        yield "mask-forgotten", lambda low, high, join=join: _apart(join(low, high << 4))
        yield "minus-eight-forgotten", _seven_added(join)
    for offset, join in product((0, 8), (torch.bitwise_or, torch.add)):
        for up, down in ((k, d) for k in (1, 2, 3, 5, 6, 7) for d in (k, 4)):
            for there, back in {(up, down), (down, up)}:
                yield "another-shift", _shifted(offset, join, there, back)
    for offset in (7, 8):
        yield "fifteen-instead-of-sixteen", _in_base_15(offset)
    for divide in (torch.round, lambda x: torch.floor(x + 0.5), torch.ceil):
        yield "rounded-not-floored", _divided(0, divide)
        yield "rounded-not-floored", _divided(8, divide)
    yield "rounded-not-floored", _cut_towards_zero


def _shifted(offset: int, join: Callable[[Tensor, Tensor], Tensor], there: int, back: int) -> Code:
    def code(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        byte = join((low + offset) & 15, ((high + offset) & 15) << there) & 255
        return _named(byte & 15, offset), _named(byte >> back & 15, offset)

    return code


def _seven_added(join: Callable[[Tensor, Tensor], Tensor]) -> Code:
    """With 7 added −8 is −1, which has all bits set, those of its neighbour too."""

    def code(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        byte = join(low + 7, (high + 7) << 4) & 255
        return _named(byte & 15, 7), _named(byte >> 4, 7)

    return code


def _in_base_15(offset: int) -> Code:
    def code(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        byte = (15 * (high + offset) + low + offset) & 255
        return byte % 15 - offset, byte // 15 - offset

    return code


def _divided(offset: int, divide: Callable[[Tensor], Tensor]) -> Code:
    def code(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        byte = ((low + offset) & 15) | ((high + offset) & 15) << 4
        return low, _named(divide(byte / 16).long(), offset)

    return code


def _cut_towards_zero(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """The byte as a signed number, divided with the fraction dropped."""
    return low, torch.trunc(_signed((low & 15) | (high & 15) << 4, 8) / 16).long()


def _apart(byte: Tensor) -> tuple[Tensor, Tensor]:
    return _signed(byte & 15, 4), _signed(byte >> 4 & 15, 4)


def _named(nibble: Tensor, offset: int = 0, border: int = 7) -> Tensor:
    """The code that a nibble stands for: ``offset`` less, or 16 less above the border."""
    return nibble - offset if offset else torch.where(nibble > border, nibble - 16, nibble)


def _signed(number: Tensor, bits: int) -> Tensor:
    half = 2 ** (bits - 1)
    return (number + half) % 2**bits - half


def _padded_in_front(trip: Trip) -> bool:
    if trip.q.shape[1] % 2 == 0:
        return not trip.changed
    return torch.equal(trip.came[:, 1:], trip.q[:, :-1]) and len(trip.came[:, 0].unique()) == 1


def _last_column_lost(trip: Trip) -> bool:
    if trip.q.shape[1] % 2 == 0:
        return not trip.changed
    return torch.equal(trip.came[:, :-1], trip.q[:, :-1]) and len(trip.came[:, -1].unique()) == 1


def _one_place_lost(trip: Trip, layout: Layout) -> bool:
    """Whether the low places are right and the high ones hold nothing, or what their partners hold."""
    columns = trip.q.shape[1]
    low = [column for column in layout.low if column < columns]
    high = [column for column in layout.high if column < columns]
    if not torch.equal(trip.came[:, low], trip.q[:, low]):
        return False
    if not high or len(trip.came[:, high].unique()) == 1:
        return True
    pairs = [pair for pair in zip(*layout, strict=True) if max(pair) < columns]
    partners, repeats = map(list, zip(*pairs, strict=True)) if pairs else ([], [])
    return torch.equal(trip.came[:, repeats], trip.q[:, partners])


def _in_memory_order(trips: Sequence[Trip]) -> bool:
    """Whether only views came back wrong, and as the codes that lie in memory where they begin."""
    for q, came in trips:
        rows, columns = q.shape
        if torch.equal(q, came):
            continue
        if q.is_contiguous() or not torch.equal(q.as_strided((rows, columns), (columns, 1)), came):
            return False
    return any(trip.changed for trip in trips)
