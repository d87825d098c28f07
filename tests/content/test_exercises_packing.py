"""The exercise int4-packing: its numbers are computed here, and its checks are asked about unforeseen answers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.content.exercises import ROOT, example, exercise, loaded
from tutor.grading.checks import CheckFailed, Expect, Measure
from tutor.grading.draw import Draw

GRADER = ROOT / "graders" / "int4-packing"
Pack, Unpack = Callable[[Tensor], Any], Callable[[Any, int], Any]


def message(id: str) -> str:
    return next(one.message for one in exercise("int4-packing").misconceptions if one.id == id).replace(
        "−", "-"
    )


REFERENCE = loaded(GRADER / "reference.py", "solution")


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "graders"))
    return loaded(GRADER / "test_int4_packing.py", "checks_of_int4_packing")


class Answers:
    """A solution inside this process; gets copies, and gives up what a process border would not let through."""

    def __init__(self, pack: Pack, unpack: Unpack) -> None:
        self._pack, self._unpack = pack, unpack
        self.codes = 0

    def pack_int4(self, q: Tensor) -> Any:
        self.codes += q.numel()
        return plain(self._pack(torch.empty_like(q).copy_(q) if q.is_contiguous() else q))

    def unpack_int4(self, packed: Any, columns: int) -> Any:
        return plain(self._unpack(packed.clone() if isinstance(packed, Tensor) else packed, columns))


def plain(value: Any) -> Any:
    return value.clone(memory_format=torch.contiguous_format) if isinstance(value, Tensor) else value


def graded(
    checks: ModuleType, pack: Pack, unpack: Unpack, seed: int = 0
) -> tuple[list[str], set[str | None]]:
    """Which checks fail (all but that of memory are run), and which misconceptions they name."""
    failed, named = [], set()
    for name, check in vars(checks).items():
        if not name.startswith("test_") or name == "test_memory":
            continue
        parts = {
            "solution": Answers(pack, unpack),
            "draw": Draw(seed, name),
            "measure": Measure(),
            "expect": Expect(),
        }
        try:
            check(**{part: parts[part] for part in inspect.signature(check).parameters})
        except CheckFailed as failure:
            failed.append(name)
            named.add(failure.misconception)
    return failed, named - {None}


# --- the numbers of the brief, the example and the messages ---------------------------------------


def test_the_example_prints_for_the_reference_what_its_comments_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = (ROOT / "exercises" / "int4-packing" / "example.py").read_text("utf-8")
    printed = example("int4-packing", monkeypatch)
    promised = re.findall(r"\)  # (torch\.\w+ \[.*\]|\[\[.*?\]\]|True)", source)
    assert len(promised) == 4
    for line in promised:
        assert line in printed
    assert "before 6 bytes, after 4" in printed
    assert "Six codes took 6 bytes and take 4." in exercise("int4-packing").brief


def test_the_rows_of_the_brief_have_the_nibbles_and_bytes_that_it_states() -> None:
    brief = exercise("int4-packing").brief.replace("−", "-")
    q = torch.tensor([[3, -2, 7], [-8, -1, 0]], dtype=torch.int8)
    for codes, packed in zip(q.tolist(), REFERENCE.pack_int4(q).tolist(), strict=True):
        nibbles = [f"{code & 15:04b}" for code in codes]
        whole = [f"{byte >> 4:04b} {byte & 15:04b} = {byte}" for byte in packed]
        assert f"| {', '.join(map(str, codes))} | {', '.join(nibbles)} | {', '.join(whole)} |" in brief
    assert f"-2 becomes {-2 + 16} = {-2 + 16:04b}" in brief


def test_the_numbers_of_the_messages_are_computed() -> None:
    assert f"-2 in int8 is {-2 & 255:08b}" in message("mask-forgotten")
    assert f"a {14 * 16 + 3} in int64 takes {torch.int64.itemsize} bytes" in message("bytes-in-a-wider-type")
    assert "Whether 14 stands for -2" in message("sign-not-restored")
    assert f"{4096 * 4096 * 16 * 8 / 1e9:.1f} GB" in message("sixteen-places-for-each-code")
    assert f"-2 would be {-2 % 256}" in message("unpacked-in-another-type")
    assert -1 & 7 == 7
    assert "-1 and 7 become the same" in message("three-bits-kept")


def test_the_order_that_the_notice_ascribes_to_bitsandbytes_is_its_own() -> None:
    functional = pytest.importorskip("bitsandbytes.functional")
    values = torch.zeros(64)
    values[0] = 1.0  # the largest level has the code 15, zero the code 7
    packed, _ = functional.quantize_4bit(values, blocksize=64, quant_type="nf4")
    assert int(packed[0]) == 15 * 16 + 7
    assert "bitsandbytes puts the first code in the *high* nibble" in exercise("int4-packing").notice


# --- right answers that no file shows -------------------------------------------------------------


def any_pattern(seed: int) -> tuple[Pack, Unpack]:
    """Any sixteen nibbles for the codes, any two columns in a byte."""
    generator = torch.Generator().manual_seed(seed)
    nibble = torch.randperm(16, generator=generator)

    def order(columns: int) -> Tensor:
        width = columns + columns % 2
        return torch.randperm(width, generator=torch.Generator().manual_seed(seed + width))

    def pack(q: Tensor) -> Tensor:
        padded = torch.nn.functional.pad(q.long(), (0, q.shape[1] % 2), value=-5)
        low, high = nibble[padded + 8][:, order(q.shape[1])].chunk(2, dim=1)
        return (low | high << 4).to(torch.uint8)

    def unpack(packed: Tensor, columns: int) -> Tensor:
        both = torch.cat([packed & 15, packed >> 4], dim=1).long()
        codes = nibble.argsort()[both] - 8
        return codes[:, order(columns).argsort()][:, :columns].to(torch.int8)

    return pack, unpack


@pytest.mark.parametrize("seed", range(3))
def test_any_assignment_of_nibbles_and_places_is_right(checks: ModuleType, seed: int) -> None:
    assert graded(checks, *any_pattern(seed), seed=seed) == ([], set())


def test_a_grading_draws_fewer_codes_than_the_brief_says(checks: ModuleType) -> None:
    answers = Answers(REFERENCE.pack_int4, REFERENCE.unpack_int4)
    for name, check in vars(checks).items():
        if name.startswith("test_") and name != "test_memory":
            parts = {"solution": answers, "draw": Draw(1, name), "measure": Measure(), "expect": Expect()}
            check(**{part: parts[part] for part in inspect.signature(check).parameters})
    assert answers.codes < 2**18


# --- wrong answers that no file shows -------------------------------------------------------------


def padded(q: Tensor) -> Tensor:
    return torch.nn.functional.pad(q, (0, q.shape[1] % 2))


def pairs(packed: Tensor) -> tuple[Tensor, Tensor]:
    return packed & 15, packed >> 4


def alternating(low: Tensor, high: Tensor, columns: int) -> Tensor:
    return torch.stack([low, high], dim=2).flatten(1)[:, :columns].to(torch.int8)


def signed(nibble: Tensor) -> Tensor:
    return ((nibble.to(torch.int8) ^ 8) - 8).to(torch.int8)


def joined(q: Tensor, fill: int = 0) -> Tensor:
    nibbles = torch.nn.functional.pad(q & 15, (0, q.shape[1] % 2), value=fill).to(torch.uint8)
    return nibbles[:, ::2] | nibbles[:, 1::2] << 4


def apart(packed: Tensor, columns: int) -> Tensor:
    return signed(alternating(*pairs(packed), columns))


def halves_apart(packed: Tensor, columns: int) -> Tensor:
    return signed(torch.cat(pairs(packed), dim=1)[:, :columns])


def exclusive(q: Tensor) -> Tensor:
    return (padded(q)[:, ::2] ^ padded(q)[:, 1::2] << 4).view(torch.uint8)


def halves_summed(q: Tensor) -> Tensor:
    low, high = padded(q).int().chunk(2, dim=1)
    return (low + 16 * high).to(torch.uint8)


def only_even(packed: Tensor, columns: int) -> Tensor:
    return alternating(signed(packed & 15), torch.zeros_like(packed), columns)


def by_strings(q: Tensor) -> Tensor:
    """Digits of three bits, as from bin() of numbers up to 7."""
    return joined(torch.tensor([[int(f"{code & 7:03b}", 2) for code in row] for row in q.tolist()]).to(q))


WRONG: list[tuple[str, Pack, Unpack]] = [
    ("mask-forgotten", exclusive, apart),
    ("mask-forgotten", halves_summed, halves_apart),
    ("mask-forgotten", exclusive, lambda p, c: alternating(*pairs(p), c)),
    ("pairs-not-interleaved", joined, lambda p, c: torch.cat(pairs(p), dim=1)[:, :c].char()),
    ("sign-not-restored", joined, lambda p, c: alternating(*pairs(p), c)),
    ("sign-not-restored", joined, lambda p, c: alternating(p & 15, signed(p >> 4), c)),
    ("sign-not-restored", joined, lambda p, c: alternating(*pairs(p), c).int()),
    ("offset-not-undone", lambda q: joined(q + 8), apart),
    ("offset-not-undone", lambda q: joined(q + 8, 8), lambda p, c: alternating(*pairs(p), c) - 7),
    ("nibbles-swapped", joined, lambda p, c: signed(alternating(*reversed(pairs(p)), c))),
    ("nibbles-swapped", lambda q: joined(q, 8), lambda p, c: apart(p >> 4 | p << 4, c)),
    ("pairs-not-interleaved", joined, halves_apart),
    ("pairs-not-interleaved", joined, lambda p, c: signed(torch.cat(pairs(p)[::-1], dim=1)[:, :c])),
    ("padding-returned", joined, lambda p, c: apart(p, 2 * p.shape[1])),
    ("padding-in-front", lambda q: joined(torch.cat([q[:, : q.shape[1] % 2] * 0, q], 1)), apart),
    ("minus-eight-forgotten", lambda q: joined(q.clamp(min=-7)), apart),
    ("three-bits-kept", by_strings, apart),
    ("sign-dropped", lambda q: joined(q.abs().clamp(max=7)), apart),
    ("second-code-lost", joined, only_even),
    ("second-code-lost", lambda q: (padded(q)[:, 1::2] & 15).to(torch.uint8) << 4, apart),
    ("one-code-a-byte", lambda q: q.clone().view(torch.uint8), lambda p, c: p.view(torch.int8)),
    ("one-code-a-byte", lambda q: q, lambda p, c: p),
    ("bytes-in-a-wider-type", lambda q: joined(q).short(), apart),
    ("bytes-in-a-wider-type", lambda q: joined(q).float(), lambda p, c: apart(p.byte(), c)),
    ("more-than-the-bytes", lambda q: [joined(q), q.shape[0]], lambda p, c: apart(p[0], c)),
    ("unpacked-in-another-type", joined, lambda p, c: apart(p, c).float()),
    ("border-misplaced", joined, lambda p, c: alternating(*pairs(p), c) - 16),
    ("neighbour-left-in", joined, lambda p, c: alternating(p, signed(p >> 4), c)),
]


@pytest.mark.parametrize(("idea", "pack", "unpack"), WRONG, ids=[f"{n}-{w[0]}" for n, w in enumerate(WRONG)])
def test_an_idea_is_recognised_however_it_is_written(
    checks: ModuleType, idea: str, pack: Pack, unpack: Unpack
) -> None:
    failed, named = graded(checks, pack, unpack)
    assert failed
    assert named == {idea}


def scattered() -> Iterator[tuple[Pack, Unpack]]:
    """Wrong ways that no one idea explains."""
    yield joined, lambda p, c: apart(p, c).flip(0)
    yield joined, lambda p, c: apart(p, c).roll(1, dims=1)
    yield joined, lambda p, c: torch.zeros(len(p), c, dtype=torch.int8)
    yield joined, lambda p, c: apart(p, c).where(torch.arange(c) % 5 > 0, 3)


def test_a_wrong_round_trip_that_nobody_foresaw_gets_no_name(checks: ModuleType) -> None:
    for pack, unpack in scattered():
        failed, named = graded(checks, pack, unpack)
        assert "test_every_pair" in failed
        assert named == set()
