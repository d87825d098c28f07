"""Lazy answers: files that no grader may pass, made from an exercise's own interface and reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tutor.course import LoadedExercise


@dataclass(frozen=True)
class LazyAnswer:
    """A file that must not pass, and what is lazy about it."""

    name: str
    source: bytes


_WRAP = """

# --- the answer is made from the right one's shape ---
import torch as _torch


def _nothing(value):
    return type(value)()  # False, or an empty text


def _something(value):
    return True if isinstance(value, bool) else "1"


def _mapped(value):
    if isinstance(value, _torch.Tensor):
        return {tensor}
    if isinstance(value, (bool, str)):
        return {word}(value)
    if isinstance(value, (int, float)):
        return {number}
    if isinstance(value, (tuple, list)):
        return type(value)(_mapped(item) for item in value)
    if isinstance(value, dict):
        return {key: _mapped(item) for key, item in value.items()}
    return None


def _lazy(function):
    return lambda *arguments: _mapped(function(*arguments))


"""

_SHAPED = {  # what becomes of tensors, of numbers, and (a function's name) of truths and texts
    "zeros": ("_torch.zeros_like(value)", "0", "_nothing"),
    "ones": ("_torch.ones_like(value)", "1", "_something"),
    "NaN": ("_torch.full(value.shape, float('nan'))", "float('nan')", "_nothing"),
}

_EVERYTHING = """
class Everything:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __le__(self, other): return True
    def __gt__(self, other): return True
    def __ge__(self, other): return True
    def __hash__(self): return 0
    def __bool__(self): return True
    def __len__(self): return 2
    def __iter__(self): return iter((self, self))
    def __getitem__(self, key): return self
    def __getattr__(self, name): return self
    def __call__(self, *arguments, **options): return self
    def __float__(self): return 0.0
    def __array__(self, *arguments): import numpy; return numpy.zeros(1)
"""


def lazy_answers(exercise: LoadedExercise) -> Iterator[LazyAnswer]:
    """Every lazy answer to an exercise: constants of the right shape (for all functions at once and for each
    alone), the input returned, the public example's results, ``None``, an object equal to everything, and no code.
    """
    names = [function.name for function in exercise.info.interface]
    reference = exercise.reference.read_text(encoding="utf-8")
    yield LazyAnswer("an empty file", b"")
    yield LazyAnswer("None", _each(names, "None"))
    yield LazyAnswer("the input returned", _each(names, "arguments[0]"))
    yield LazyAnswer("all inputs returned", _each(names, "arguments"))
    yield LazyAnswer("an object equal to everything", _EVERYTHING.encode() + _each(names, "Everything()"))
    for kind, (tensor, number, word) in _SHAPED.items():
        wrap = _WRAP.replace("{tensor}", tensor).replace("{number}", number).replace("{word}", word)
        for chosen in [names] + ([[name] for name in names] if len(names) > 1 else []):
            lines = "".join(f"{name} = _lazy({name})\n" for name in chosen)
            yield LazyAnswer(f"{kind} from {', '.join(chosen)}", (reference + wrap + lines).encode())
    yield LazyAnswer("the example's results", _replayed(names, reference, exercise.example))


def _each(names: list[str], result: str) -> bytes:
    return "".join(f"def {name}(*arguments): return {result}\n" for name in names).encode()


def _replayed(names: list[str], reference: str, example: Path) -> bytes:
    """Runs the public example at load, remembers what each function first returned there, and returns only that."""
    script = example.read_text(encoding="utf-8")
    return f"""{reference}


import contextlib as _contextlib, io as _io, sys as _sys

_first = {{}}
_functions = {{name: globals()[name] for name in {names!r}}}


def _recorded(name):
    def call(*arguments):
        result = _functions[name](*arguments)
        _first.setdefault(name, result)
        return result
    return call


for _name in _functions:
    globals()[_name] = _recorded(_name)
_sys.modules["solution"] = _sys.modules[__name__]
with _contextlib.redirect_stdout(_io.StringIO()):
    exec({script!r}, {{"__name__": "__main__"}})
for _name in _functions:
    globals()[_name] = lambda *arguments, _name=_name: _first.get(_name)
""".encode()
