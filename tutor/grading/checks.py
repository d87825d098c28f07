"""The vocabulary of hidden checks: what they may expect, measure, and conclude.

Everything here runs in the judge. A failing check ends with ``CheckFailed``, whose parts (what was
expected, what came, which misconception it looks like) become one message for the learner.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch

from tutor.grading.verdict import Measurement

Suspicion = str | None | Callable[[], "str | None"]


class CheckFailed(Exception):
    """The learner's result is not what the check demands."""

    def __init__(self, expected: str, came: str, misconception: str | None = None) -> None:
        super().__init__(f"expected {expected}; came {came}")
        self.expected, self.came, self.misconception = expected, came, misconception


@dataclass
class Measure:
    """Records figures of one check and asserts their limits. Called ``measure(name, value, limit, …)``."""

    worst: dict[str, Measurement] = field(default_factory=dict)

    def __call__(
        self,
        name: str,
        value: float,
        limit: float,
        unit: str = "",
        better: Literal["lower", "higher"] = "lower",
        *,
        expected: str = "",
        came: str = "",
        misconception: Suspicion = None,
    ) -> None:
        """Records ``value`` against ``limit``, keeping the worst of many calls with one name.

        Raises:
            CheckFailed: the limit is not kept. A value that is not a number never keeps it.
        """
        value, limit = float(value), float(limit)
        measurement = Measurement(name, value, limit, unit, better)
        if self._is_worse(measurement, self.worst.get(name)):
            self.worst[name] = measurement
        kept = value <= limit if better == "lower" else value >= limit
        if not kept:
            side = "at most" if better == "lower" else "at least"
            raise CheckFailed(
                expected or f"{_with_article(name)} of {side} {_figure(limit)} {unit}".rstrip(),
                came or f"{_figure(value)} {unit}".rstrip(),
                _conclude(misconception),
            )

    @staticmethod
    def _is_worse(new: Measurement, old: Measurement | None) -> bool:
        if old is None or old.ratio is None or math.isnan(old.ratio):
            return old is None
        return new.ratio is None or not new.ratio <= old.ratio


class Expect:
    """Demands on the form of a result. Called ``expect(condition, expected=…, came=…)``."""

    def __call__(
        self, condition: object, *, expected: str, came: str, misconception: Suspicion = None
    ) -> None:
        """Ends the check unless ``condition`` is true.

        Raises:
            CheckFailed
        """
        if not bool(condition):
            raise CheckFailed(expected, came, _conclude(misconception))

    def sequence(self, value: Any, length: int, names: str = "") -> tuple[Any, ...]:
        """``value`` as a tuple of ``length``; ``names`` tells the learner what its members are."""
        what = f"{length} values" + (f" ({names})" if names else "")
        self(isinstance(value, (tuple, list)), expected=what, came=describe(value))
        self(len(value) == length, expected=what, came=f"{len(value)} values")
        return tuple(value)

    def tensor(
        self,
        value: Any,
        name: str = "the result",
        dtype: torch.dtype | Sequence[torch.dtype] | None = None,
        shape: Sequence[int] | Sequence[Sequence[int]] | None = None,
        misconception: Suspicion = None,
    ) -> torch.Tensor:
        """``value`` as a tensor of one of the dtypes and one of the shapes given.

        Dtype and shape are looked at before any number is.
        """
        dtypes = (dtype,) if isinstance(dtype, torch.dtype) else tuple(dtype or ())
        shapes = _shapes(shape)
        what = f"{name}: " + " ".join(
            part
            for part in (
                " or ".join(_dtype_name(d) for d in dtypes),
                "tensor",
                "of shape " + " or ".join(str(tuple(s)) for s in shapes) if shapes else "",
            )
            if part
        )
        self(
            isinstance(value, torch.Tensor), expected=what, came=describe(value), misconception=misconception
        )
        right = (not dtypes or value.dtype in dtypes) and (not shapes or tuple(value.shape) in shapes)
        self(right, expected=what, came=describe(value), misconception=misconception)
        return value  # type: ignore[no-any-return]

    def number(self, value: Any, name: str = "the result", misconception: Suspicion = None) -> float:
        """``value`` as a finite number; a tensor or list of one element counts."""
        number = value
        while isinstance(number, (tuple, list)) and len(number) == 1:
            number = number[0]
        if isinstance(number, torch.Tensor) and number.numel() == 1:
            number = number.item()
        is_number = isinstance(number, (int, float)) and not isinstance(number, bool)
        self(is_number, expected=f"{name}: a number", came=describe(value), misconception=misconception)
        try:
            finite = math.isfinite(number)
        except OverflowError:
            finite = False
        self(
            finite,
            expected=f"{name}: a finite number",
            came="a number that is not finite",
            misconception=misconception,
        )
        return number  # type: ignore[no-any-return]


def describe(value: object) -> str:
    """What a value is, without its numbers: ``int8 tensor of shape (3, 4)``, ``None``, ``2 values``."""
    if isinstance(value, torch.Tensor):
        array = " (from a numpy array)" if getattr(value, "from_array", False) else ""
        return f"{_dtype_name(value.dtype)} tensor of shape {tuple(value.shape)}{array}"
    if value is None:
        return "None (is a 'return' missing?)"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)} values"
    if isinstance(value, bool):
        return f"the boolean {value}"
    if isinstance(value, (int, float)):
        return f"a plain Python number ({type(value).__name__})"
    if isinstance(value, dict):
        keys = [key for key in value if isinstance(key, str) and key.isascii() and key.isidentifier()]
        return f"a dict with {', '.join(key[:40] for key in keys[:4])}" if keys else "a dict"
    return f"a value of type {type(value).__name__}"


def payload_bytes(value: object) -> int:
    """Bytes of everything in a result as it crossed: tensors' bytes, 8 for a number, 1 a character.

    Where numbers could hide in form alone, the form counts too: 8 for each size of an empty tensor and for
    each container inside another.
    """
    if isinstance(value, torch.Tensor):
        return value.numel() * value.element_size() if value.numel() else 8 * (value.dim() - 1)
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace"))
    if isinstance(value, bool) or value is None:
        return 1
    if isinstance(value, int):
        return max(8, -(-value.bit_length() // 8))
    if isinstance(value, float):
        return 8
    if isinstance(value, dict):
        return sum(payload_bytes(key) + _inner_bytes(item) for key, item in value.items())
    if isinstance(value, (tuple, list)):
        return sum(_inner_bytes(item) for item in value)
    return 0


def _inner_bytes(item: object) -> int:
    return payload_bytes(item) + (8 if isinstance(item, (dict, tuple, list)) else 0)


def nearest(came: torch.Tensor, suspects: Mapping[str, Any], tolerance: float = 0.02) -> str | None:
    """The misconception whose result on this very input is what came.

    Args:
        came: the learner's result.
        suspects: misconception id -> what that wrong idea gives here (a tensor, or a function that makes it).
        tolerance: largest distance ‖came − suspect‖, relative to ‖suspect‖, that counts as the same.

    Returns:
        The id of the nearest suspect within ``tolerance``, or ``None``.
    """
    best: tuple[float, str] | None = None
    for name, suspect in suspects.items():
        guess = suspect() if callable(suspect) else suspect
        if guess is None or tuple(guess.shape) != tuple(came.shape):
            continue
        away = distance(came, guess)
        if away <= tolerance and (best is None or away < best[0]):
            best = (away, name)
    return best[1] if best else None


def like(original: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor:
    """``tensor``, to be sent in the form in which ``original`` came (a numpy array stays one)."""
    tensor.from_array = getattr(original, "from_array", False)  # type: ignore[attr-defined]
    return tensor


def distance(came: torch.Tensor, guess: torch.Tensor) -> float:
    """‖came − guess‖ / ‖guess‖; where both are NaN they are the same. Infinite where only one of them is."""
    a, b = came.double(), guess.double()
    difference, size = _norm(a - b), _norm(b)
    if math.isnan(difference):
        both_nan = torch.isnan(a) & torch.isnan(b)
        a, b = a.masked_fill(both_nan, 0), b.masked_fill(both_nan, 0)
        difference, size = _norm(a - b), _norm(b)
    if math.isnan(difference) or math.isnan(size):
        return math.inf
    return difference / size if size else (0.0 if difference == 0 else math.inf)


def _norm(tensor: torch.Tensor) -> float:
    return float(torch.linalg.vector_norm(tensor))


def _conclude(misconception: Suspicion) -> str | None:
    """The misconception, if there is one. A suspicion that can't be computed on what came is none."""
    if not callable(misconception):
        return misconception
    try:
        return misconception()
    except Exception:
        return None


def _shapes(shape: Any) -> tuple[tuple[int, ...], ...]:
    if shape is None:
        return ()
    if isinstance(shape, torch.Size) or all(isinstance(size, int) for size in shape):
        return (tuple(shape),)
    return tuple(tuple(one) for one in shape)


def _dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _with_article(name: str) -> str:
    """``an error``, ``a largest error``; plurals and what can't be counted go without: ``peak memory``."""
    head = re.split(r" (?:of|per|for|with) ", name)[0]
    if head.endswith("memory") or any(re.search(r"[^s]s$", word) for word in head.split()):
        return name
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _figure(value: float) -> str:
    if math.isnan(value):
        return "nan (not a number)"
    if abs(value) < 1e15 and value == int(value):
        return f"{int(value):,}"
    return f"{value:.4g}"
