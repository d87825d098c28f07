"""From a document to a model, or to problems that an author understands.

pydantic says *which* value is wrong; this module says where it stands in the file, what it should be,
and which key was probably meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tutor.course.documents import Document, Location, read_document
from tutor.course.models import ID_PATTERN
from tutor.course.names import did_you_mean, nearest, printable, without_controls
from tutor.course.rules import broken_rules
from tutor.errors import ContentProblem

M = TypeVar("M", bound=BaseModel)

MOST_PROBLEMS = 200
"""Of one file: nobody reads more, and each takes a look for what was meant."""


@dataclass(frozen=True)
class Reading(Generic[M]):
    """What reading one file came to: a model without problems, or problems without a model."""

    document: Document | None
    model: M | None
    problems: tuple[ContentProblem, ...]


def inspect_file(path: Path, model: type[M]) -> Reading[M]:
    """Read and judge one file, with every problem it has. Raises nothing."""
    try:
        document = read_document(path)
    except ContentProblem as problem:
        return Reading(None, None, (problem,))
    try:
        value = model.model_validate(document.data)
    except ValidationError as error:
        return Reading(document, None, problems_of(error, document, model))
    problems = tuple(broken_rules(value, document))
    return Reading(document, None if problems else value, problems)


def read_model(path: Path, model: type[M]) -> M:
    """Read one file as ``model``.

    Raises:
        ContentProblem: the first problem of the file.
    """
    reading = inspect_file(path, model)
    if reading.model is None:
        raise reading.problems[0]
    return reading.model


def problems_of(
    error: ValidationError, document: Document, model: type[BaseModel]
) -> tuple[ContentProblem, ...]:
    """What pydantic found: one problem for each cause, unknown keys first, then as they stand in the file."""
    located = [(_location(one, document), one) for one in error.errors()]
    # A union reports each member's complaint; what lies deepest is what the author meant to write.
    above = {location[:length] for location, _ in located for length in range(len(location))}
    deepest = [(location, one) for location, one in located if location not in above][:MOST_PROBLEMS]
    meant: set[Location] = set()
    problems: dict[Location, ContentProblem] = {}
    for location, one in deepest:
        if one["type"] == "extra_forbidden":
            allowed = _allowed_keys(model, one["loc"][:-1])
            absent = [key for key in allowed if (*location[:-1], key) not in document.keys]
            match = nearest(str(location[-1]), absent)
            if match is not None:
                meant.add((*location[:-1], match))
            problems[location] = _unknown_key(document, location, [match] if match else allowed)
    for location, one in deepest:
        if location not in problems and location not in meant:
            problems[location] = _problem(document, location, one)
    unknown_first = sorted(problems.values(), key=lambda p: (p.code != "unknown-key", p.line, p.column))
    return tuple(unknown_first)


def _location(error: ErrorDetails, document: Document) -> Location:
    """pydantic's location without the names of union members, which no file holds."""
    location: Location = ()
    last = len(error["loc"]) - 1
    for number, part in enumerate(error["loc"]):
        if part == "[key]":
            break
        if (*location, part) in document.values or (number == last and error["type"] == "missing"):
            location = (*location, part)
    return location


def _unknown_key(document: Document, location: Location, allowed: Sequence[str]) -> ContentProblem:
    name = str(location[-1])
    return document.problem(
        location,
        f"Unknown key '{printable(name)}'{_inside(location[:-1])}.",
        code="unknown-key",
        next_step=did_you_mean(name, allowed, otherwise="Keys that may stand here"),
        at_key=True,
    )


def _problem(document: Document, location: Location, error: ErrorDetails) -> ContentProblem:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        message = f"The key '{location[-1]}' is missing{_inside(location[:-1])}."
        return document.problem(location[:-1], message, code="missing-key", at_key=True)
    if kind == "union_tag_not_found":
        message = f"The key 'kind' is missing{_inside(location)}."
        return document.problem(location, message, code="missing-key")
    field = field_name(location)
    if kind == "union_tag_invalid":
        tags = re.findall(r"'([^']*)'", str(context["expected_tags"]))
        step = did_you_mean(str(context["tag"]), tags, otherwise="There are")
        message = f"'{field}.kind': there is no kind '{printable(str(context['tag']))}'."
        return document.problem((*location, "kind"), message, code="bad-value", next_step=step)
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(context["expected"]))
        step = did_you_mean(str(error["input"]), choices, otherwise="It is one of")
        message = f"'{field}' cannot be '{printable(str(error['input']))}'."
        return document.problem(location, message, code="bad-value", next_step=step)
    message, step = _bad_value(error)
    code = "duplicate-id" if "have the id" in message else "bad-value"
    message = f"'{field}': {message}." if field else f"{message}."
    return document.problem(location, message, code=code, next_step=step)


_NUMBERS = ("int_type", "int_parsing", "int_from_float", "float_type", "float_parsing")


def _bad_value(error: ErrorDetails) -> tuple[str, str]:
    kind, given = error["type"], error["input"]
    if kind == "string_type":
        if given is None:
            return "text should stand here, but there is nothing", "Write it, or remove the key."
        if isinstance(given, bool | int | float):
            return f"text should stand here, but this is {_kind_of(given)}", f"Put it in quotes: '{given}'."
        quotes = "Put the text in quotes: a colon with a space behind it makes keys of what stands around it."
        step = quotes if isinstance(given, dict) else ""
        return f"text should stand here, but this is {_kind_of(given)}", step
    if kind in _NUMBERS:
        whole = "a whole number" if kind.startswith("int") else "a number"
        came = "one with a fraction" if kind == "int_from_float" else _kind_of(given)
        return f"{whole} should stand here, but this is {came}", f"Write {whole} in digits."
    if kind == "tuple_type":
        return f"a list should stand here, but this is {_kind_of(given)}", "Begin each entry with '- '."
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"keys with values should stand here, but this is {_kind_of(given)}", ""
    if kind == "string_too_short":
        return "this text is empty", "Write it, or remove the key."
    if kind == "too_short":
        return f"this list needs at least {error['ctx']['min_length']} entries", ""
    if kind == "too_long":
        return f"this list may have at most {error['ctx']['max_length']} entries", ""
    if kind == "string_too_long":
        limit = error["ctx"]["max_length"]
        return f"this text has {len(given):,} characters; {limit:,} are allowed", "Shorten or split it."
    if kind == "string_pattern_mismatch":
        if error["ctx"]["pattern"] == ID_PATTERN:
            step = "An id is lower-case words and numbers joined by single dashes."
            return f"'{printable(given)}' is not an id", step
        if error["loc"][-1] == "opens":
            step = "Write 'exercise:ID', 'demo', or 'demo:knob=value,knob=value'."
            return f"'{printable(given)}' opens nothing", step
        if error["loc"][-1] == "taught":
            return f"'{printable(given)}' names no step", "Write LESSON/STEP, such as bits/absmax."
        return f"'{printable(given)}' does not have the form {error['ctx']['pattern']}", ""
    if kind == "value_error":
        return _sentence(str(error["ctx"]["error"])), ""
    return _sentence(error["msg"][:1].lower() + error["msg"][1:]), ""


def _sentence(text: str) -> str:
    return without_controls(text)[:300].rstrip(".")


def _kind_of(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a group of keys"


def field_name(location: Location) -> str:
    """``('steps', 2, 'title')`` as ``steps[2].title``; entries are counted from 0."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{printable(part)}" for part in location)
    return "".join(parts).removeprefix(".")


def _inside(location: Location) -> str:
    return f" in '{field_name(location)}'" if location else ""


def _allowed_keys(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """The keys that may stand at pydantic's ``location`` inside ``model``."""
    members: list[Any] = [model]
    for part in location:
        members = [found for member in members for found in _step(member, part)]
    return [key for member in members if _is_model(member) for key in _fields(member)]


def _step(member: Any, part: str | int) -> list[Any]:
    """What lies at ``part`` of a type: a field, an entry, or the named member of a union."""
    if _is_model(member):
        if part in (fields := _fields(member)):
            return _members(fields[str(part)])
        # Not a field, so what pydantic calls a union's member: its tag, or a text with its class.
        return [member] if part in _tags(member) or member.__name__ in str(part) else []
    origin, arguments = get_origin(member), get_args(member)
    if origin is tuple and isinstance(part, int):
        return _members(arguments[0])
    if origin is dict and isinstance(part, str):
        return _members(arguments[1])
    return []


def _members(annotation: Any) -> list[Any]:
    """The types a value may have, with unions and annotations unfolded."""
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [member for argument in get_args(annotation) for member in _members(argument)]
    return [annotation]


def _is_model(member: Any) -> bool:
    return isinstance(member, type) and issubclass(member, BaseModel)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind and get_origin(kind.annotation) is Literal else ()
