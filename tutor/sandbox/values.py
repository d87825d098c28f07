"""Plain values as JSON: what may cross between judge and worker, and in which bounds.

``None``, booleans, integers, floats, strings, tuples, lists and dicts of these, to a bounded depth
and size. Tensors are handled by a ``TensorCodec`` (``tensors.py``), so that this module needs no
torch. Numbers travel as text: integers as decimals, floats in hexadecimal, which is exact and
holds NaN and infinity.
"""

from __future__ import annotations

from typing import Any, Protocol

MAX_ITEMS = 4096
MAX_NESTING = 8
MAX_TEXT = 1 << 16
MAX_ALL_TEXT = 1 << 18
MAX_DIGITS = 400
MAX_BITS = 3 * MAX_DIGITS

Encoded = dict[str, Any]


class Unsendable(Exception):
    """A value that cannot cross. The message completes 'returned …'."""


class Malformed(Exception):
    """An encoded value that no honest worker sends."""


class TensorCodec(Protocol):
    """What turns tensors into bytes of the arena and back."""

    def encode(self, value: object) -> Encoded | None:
        """The encoded tensor, or ``None`` when ``value`` is nothing this codec knows."""

    def decode(self, encoded: Encoded) -> object:
        """The tensor an encoding tells of; raises Malformed."""


def encode(value: object, tensors: TensorCodec | None = None) -> Encoded:
    """``value`` as JSON.

    Raises:
        Unsendable: its type, size or depth may not cross; the message says which.
    """
    try:
        return _Encoder(tensors).encode(value, 0)
    except Unsendable as problem:
        raise Unsendable(_from_the_top(value, str(problem))) from None


def _from_the_top(value: object, problem: str) -> str:
    """``problem``, an object that cannot cross, with what was returned in front, where that only holds it (a model's
    output does); and what to return of it, where it has logits."""
    kind = type(value)
    if isinstance(value, (tuple, list, dict)) and problem.startswith("an object of type"):
        plain = kind in (tuple, list, dict)
        problem = f"a{'' if plain else 'n object of type'} {kind.__name__}, which holds {problem}"
    if isinstance(value, dict):
        has_logits = dict.__contains__(value, "logits")
    else:
        has_logits = "logits" in getattr(value, "__dict__", ())
    how = "['logits']" if kind is dict else ".logits"
    return f"{problem}; what may cross is in its {how}" if has_logits else problem


def decode(encoded: object, tensors: TensorCodec | None = None) -> Any:
    """The value behind ``encoded``, which may come from an untrusted process. ``encode`` would take it again.

    Raises:
        Malformed: it is nothing ``encode`` makes.
    """
    return _Decoder(tensors).decode(encoded, 0)


class _Encoder:
    def __init__(self, tensors: TensorCodec | None) -> None:
        self._tensors, self._items, self._characters = tensors, 0, 0

    def encode(self, value: object, depth: int) -> Encoded:
        self._items += 1
        if self._items > MAX_ITEMS:
            raise Unsendable(f"more than {MAX_ITEMS:,} values (return tensors instead of long lists)")
        if depth > MAX_NESTING:
            raise Unsendable(f"containers nested more than {MAX_NESTING} deep")
        kind = type(value)
        if value is None:
            return {"t": "none"}
        if kind is bool:
            return {"t": "bool", "v": value}
        if kind is int:
            if value.bit_length() > MAX_BITS:  # type: ignore[attr-defined]
                raise Unsendable(f"an integer of more than {MAX_DIGITS} digits")
            return {"t": "int", "v": str(value)}
        if kind is float:
            return {"t": "float", "v": float.hex(value)}  # type: ignore[arg-type]
        if kind is str:
            return {"t": "str", "v": self._text(value)}  # type: ignore[arg-type]
        if kind in (tuple, list):
            return {"t": kind.__name__, "v": [self.encode(item, depth + 1) for item in value]}  # type: ignore[attr-defined]
        if kind is dict:
            return {"t": "dict", "v": [self._pair(key, item, depth) for key, item in value.items()]}  # type: ignore[attr-defined]
        if self._tensors is not None and (tensor := self._tensors.encode(value)) is not None:
            return tensor
        return self._by_base(value, depth)

    def _pair(self, key: object, item: object, depth: int) -> list[Any]:
        if type(key) not in (str, int):
            raise Unsendable(f"a dict with a key of type {type(key).__name__} (keys are strings or integers)")
        return [self.encode(key, depth + 1), self.encode(item, depth + 1)]

    def _text(self, value: str) -> str:
        if len(value) > MAX_TEXT:
            raise Unsendable(f"a string of {len(value):,} characters (at most {MAX_TEXT:,})")
        self._characters += len(value)
        if self._characters > MAX_ALL_TEXT:
            raise Unsendable(f"strings of more than {MAX_ALL_TEXT:,} characters together")
        return value.encode("utf-8", "replace").decode("utf-8")

    def _by_base(self, value: object, depth: int) -> Encoded:
        """Subclasses (named tuples, ordered dicts, enums of int, str) become their plain base."""
        for base in (bool, int, float, str):
            if isinstance(value, base):
                return self.encode(base.__call__(value) if base is not str else str.__str__(value), depth)
        if isinstance(value, tuple):
            return self.encode(tuple.__getitem__(value, slice(None)), depth)
        if isinstance(value, list):
            return self.encode(list.__getitem__(value, slice(None)), depth)
        if isinstance(value, dict):
            return self.encode(dict(dict.items(value)), depth)
        raise Unsendable(f"an object of type {type(value).__name__}, which cannot cross to the judge")


class _Decoder:
    def __init__(self, tensors: TensorCodec | None) -> None:
        self._tensors, self._items, self._characters = tensors, 0, 0

    def decode(self, encoded: object, depth: int) -> Any:
        self._items += 1
        if self._items > MAX_ITEMS or depth > MAX_NESTING:
            raise Malformed("too many values, or too deep")
        if not isinstance(encoded, dict):
            raise Malformed("not a value")
        kind, content = encoded.get("t"), encoded.get("v")
        if kind == "none":
            return None
        if kind == "bool" and isinstance(content, bool):
            return content
        if kind == "int" and isinstance(content, str) and len(content) <= MAX_DIGITS + 1:
            return _integer(content)
        if kind == "float" and isinstance(content, str) and len(content) <= 64:
            return _number(float.fromhex, content)
        if kind == "str" and isinstance(content, str) and len(content) <= MAX_TEXT:
            self._characters += len(content)
            if self._characters > MAX_ALL_TEXT:
                raise Malformed("too much text")
            return content
        if kind in ("tuple", "list") and isinstance(content, list):
            items = [self.decode(item, depth + 1) for item in content]
            return tuple(items) if kind == "tuple" else items
        if kind == "dict" and isinstance(content, list):
            return self._dict(content, depth)
        if self._tensors is not None:
            return self._tensors.decode(encoded)
        raise Malformed(f"unknown kind of value {str(kind)[:20]!r}")

    def _dict(self, content: list[Any], depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for pair in content:
            if not (isinstance(pair, list) and len(pair) == 2):
                raise Malformed("not a pair")
            key = self.decode(pair[0], depth + 1)
            if type(key) not in (str, int):
                raise Malformed("not a key")
            result[key] = self.decode(pair[1], depth + 1)
        return result


def _integer(content: str) -> int:
    number: int = _number(int, content)
    if number.bit_length() > MAX_BITS:
        raise Malformed("an integer of too many digits")
    return number


def _number(parse: Any, content: str) -> Any:
    try:
        return parse(content)
    except (ValueError, OverflowError):
        raise Malformed("not a number") from None
