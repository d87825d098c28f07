"""Numbers as people type them: ``1/3``, ``2.5e9``, ``7,000,000``, ``2^31``, ``7 billion``, ``28 GB``."""

from __future__ import annotations

import math
import re
import unicodedata

from tutor.quiz.units import UnitError, factor_between
from tutor.quiz.wording import shown

LONGEST = 100
_NUMBER = r"[+-]?(?:(?:\d{1,3}(?:[,_ ]\d{3})+(?!\d)|\d+)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4}(?!\d))?"
_EXPONENT = r"\*\*\s*(?P<{}>[+-]?\d{{1,4}}(?!\d))"
_QUANTITY = re.compile(
    rf"[=~≈]?\s*(?P<number>{_NUMBER})\s*"
    rf"(?:/\s*(?P<divisor>{_NUMBER})|[*xX]\s*(?P<base>{_NUMBER})\s*{_EXPONENT.format('of_base')}"
    rf"|{_EXPONENT.format('power')})?\s*"
    r"(?:(?P<word>thousand|million|billion|trillion)\b)?\s*(?P<unit>.*)"
)
_WORDS = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SIGNS = str.maketrans(
    {
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
        "\N{MULTIPLICATION SIGN}": "*",
        "\N{MIDDLE DOT}": "*",
        "\N{DOT OPERATOR}": "*",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
    }
)


class NumberError(ValueError):
    """The text is no number in the unit that is asked. The message is for the learner."""


def read_quantity(answer: object, unit: str) -> float:
    """The number that ``answer`` (a number, or a text) says, in ``unit``. It is finite.

    A text may carry a unit; one that measures the same is converted. A comma separates thousands,
    it is no decimal point. Raises NumberError.
    """
    if isinstance(answer, bool) or not isinstance(answer, int | float | str):
        raise NumberError(f"{shown(answer)} is no number.")
    if isinstance(answer, str):
        return _finite(_read(answer, unit), answer)
    try:
        return _finite(float(answer), answer)
    except OverflowError:
        raise NumberError(f"{shown(answer)} is too large.") from None


def _read(text: str, unit: str) -> float:
    if len(text) > LONGEST:
        raise NumberError(f"{shown(text)} is too long for a number.")
    match = _QUANTITY.fullmatch(_plain(text))
    if match is None:
        raise NumberError(f"{shown(text)} is no number.")
    given = match["unit"].strip()
    if given.startswith((",", ".", "_")) or given[:1].isdigit():
        rule = "a comma separates thousands (1,000), a point decimals (2.5)"
        raise NumberError(f"{shown(text)} can't be read: {rule}.")
    try:
        value = _value(match)
        return value * (factor_between(given, unit) if given else 1.0)
    except UnitError as error:
        raise NumberError(f"The unit of {shown(text)}: {error}.") from None
    except (ZeroDivisionError, OverflowError):
        raise NumberError(f"{shown(text)} has no finite value.") from None


def _plain(text: str) -> str:
    """One way of writing signs, superscripts and full-width digits."""
    raised = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+", lambda m: "**" + m[0].translate(_SUPERSCRIPTS), text)
    return unicodedata.normalize("NFKC", raised.translate(_SIGNS)).replace("^", "**").strip()


def _value(match: re.Match[str]) -> float:
    value = _float(match["number"])
    if match["divisor"]:
        value /= _float(match["divisor"])
    elif match["base"]:
        value *= _float(match["base"]) ** int(match["of_base"])
    elif match["power"]:
        value = math.copysign(abs(value) ** int(match["power"]), value)
    return value * _WORDS.get(match["word"] or "", 1.0)


def _float(text: str) -> float:
    return float(re.sub(r"[,_ ]", "", text))


def _finite(value: float, answer: object) -> float:
    if not math.isfinite(value):
        raise NumberError(f"{shown(answer)} has no finite value.")
    return value
