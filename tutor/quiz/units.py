"""Units that people write after a number, and the factor from one to another.

``28 GB``, ``28000 MB``, ``26.08 GiB`` and ``2.8e10 bytes`` are one quantity. A byte is 8 bits;
decimal prefixes count in 1000, binary ones (Ki, Mi, Gi …, IEC 80000-13) in 1024.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DECIMAL = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15}
_BINARY = {f"{letter}i": 1024.0**power for power, letter in enumerate("kmgtp", 1)}
_SPELLED = {
    "kilo": 1e3, "mega": 1e6, "giga": 1e9, "tera": 1e12, "peta": 1e15,
    "kibi": 1024.0, "mebi": 1024.0**2, "gibi": 1024.0**3, "tebi": 1024.0**4, "pebi": 1024.0**5,
}  # fmt: skip
_STORAGE_PREFIXES = _DECIMAL | _BINARY | _SPELLED
_STORAGE = re.compile(
    r"(?P<prefix>[kmgtp]i?|[a-z]{2}(?:lo|ga|ra|ta|bi))?(?P<base>bytes?|bits?|b)", re.IGNORECASE
)
_TIMES = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "µs", "μs", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), 1e-9),
    **dict.fromkeys(("min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
}
_PLAIN = {"": 1.0, "x": 1.0, "\N{MULTIPLICATION SIGN}": 1.0, "times": 1.0, "%": 0.01, "percent": 0.01}
_WRITTEN = {
    "storage": ("bits", "bytes", "kB", "MB", "GB", "TB", "MiB", "GiB"),
    "time": ("ns", "µs", "ms", "s", "min", "h"),
    "flop": ("FLOP", "GFLOP", "TFLOP"),
    "flops": ("GFLOPS", "TFLOPS", "PFLOPS"),
}
_FLOPS = re.compile(r"(?P<prefix>[KMGTP]?)(?:FLOPS|flops)")
_FLOP = re.compile(r"(?P<prefix>[KMGTP]?)(?:FLOPs?|flop)")
_SAME_WORD = {"tok": "token", "param": "weight", "parameter": "weight", "fold": ""}


class UnitError(ValueError):
    """A unit that can't be read, or that measures something else. The message says which."""


@dataclass(frozen=True)
class Unit:
    """``factor`` turns a number in this unit into base units (bits, seconds, one)."""

    above: str
    below: str
    factor: float
    factor_above: float


def factor_between(given: str, asked: str) -> float:
    """What to multiply a number in unit ``given`` with, to have it in unit ``asked``.

    ``bits`` is understood where ``bits per weight`` is asked. Raises UnitError.
    """
    target = _parse(asked)
    source = _parse(given)
    if (source.above, source.below) == (target.above, target.below):
        return source.factor / target.factor
    if source.above == target.above and not source.below:
        return source.factor / target.factor_above
    raise UnitError(f"'{given}' does not measure what is asked")


def related(unit: str) -> list[str]:
    """Other units that measure the same and that people write, the small ones first."""
    above, slash, below = re.sub(r"\s+per\s+", "/", unit.strip()).partition("/")
    candidates = _WRITTEN.get(_simple(above.strip())[0], ())
    if slash and _simple(below.strip())[0] != "time":
        candidates = candidates[:2]  # bits and bytes of a weight, not terabytes
    written = (one + slash + below for one in candidates)
    return [one for one in written if not _same(one, unit)]


def _same(one: str, other: str) -> bool:
    return factor_between(one, other) == 1.0


def _parse(text: str) -> Unit:
    above, slash, below = re.sub(r"\s+per\s+", "/", text.strip()).partition("/")
    kind_above, factor_above = _simple(above.strip())
    kind_below, factor_below = _simple(below.strip()) if slash else ("", 1.0)
    if kind_above == "flops":
        kind_above, kind_below = "flop", "time"
    return Unit(kind_above, kind_below, factor_above / factor_below, factor_above)


def _simple(text: str) -> tuple[str, float]:
    """What a unit without a denominator measures, and its factor."""
    if text.lower() in _PLAIN:
        return "", _PLAIN[text.lower()]
    if text.lower() in _TIMES:
        return "time", _TIMES[text.lower()]
    if match := _STORAGE.fullmatch(text):
        return "storage", _storage_factor(match, text)
    for pattern, kind in ((_FLOPS, "flops"), (_FLOP, "flop")):
        if match := pattern.fullmatch(text):
            return kind, _DECIMAL[match["prefix"].lower()]
    word = text.lower()
    word = word[:-1] if word.endswith("s") and not word.endswith("ss") else word
    return _SAME_WORD.get(word, word), 1.0


def _storage_factor(match: re.Match[str], text: str) -> float:
    prefix, base = (match["prefix"] or "").lower(), match["base"]
    if prefix not in _STORAGE_PREFIXES:
        raise UnitError(f"'{text}' is no unit")
    if base == "b" and (not prefix or match["prefix"] != prefix):
        raise UnitError(f"'{text}' may mean bits or bytes; write '{text[:-1]}B' or '{text[:-1]}bit'")
    return _STORAGE_PREFIXES[prefix] * (1.0 if base.lower().startswith("bit") else 8.0)
