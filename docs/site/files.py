"""The formats of a course's files, read from the pydantic models that check them."""

from __future__ import annotations

from typing import Any

from docs.site.tables import NOTE, code, prose, table
from tutor.course.models import ID_PATTERN
from tutor.course.schemas import schema_of
from tutor.course.summaries import MODELS

Schema = dict[str, Any]


def files_page() -> str:
    """Every kind of file with its keys."""
    parts = [
        "# Files of a course\n",
        NOTE,
        "Unknown keys are refused. [Writing lessons and exercises](../authoring.md) has a whole example of each file; "
        "`tutor validate --schemas FOLDER` writes the same as JSON Schemas, by which editors complete keys.\n",
    ]
    for name, model in MODELS.items():
        schema = schema_of(model)
        parts += [f"## {name}\n", _object(schema)]
        for part, about in schema.get("$defs", {}).items():
            if "properties" in about:
                parts += [
                    f"### {part} ({name}) {{ #{name.removesuffix('.yaml')}-{part.lower()} }}\n",
                    _object(about),
                ]
            else:
                parts += [
                    f"### {part} ({name})\n",
                    f"{prose(about.get('description', ''))}\n\n{_kind(about)}\n",
                ]
    return "\n".join(parts)


def _object(schema: Schema) -> str:
    required = schema.get("required", [])
    rows = [
        (
            code(key),
            _kind(about),
            "required" if key in required else _default(about),
            prose(about.get("description", "")),
        )
        for key, about in schema["properties"].items()
    ]
    about = prose(schema.get("description", ""))
    return f"{about}\n\n{table(('key', 'what it holds', 'default', 'meaning'), rows)}"


def _default(about: Schema) -> str:
    value = about.get("default")
    if value is None:
        return "none"
    if isinstance(value, dict) or value in ("", []):
        return "see below" if value else "empty"
    return code(str(value).lower() if isinstance(value, bool) else value)


def _kind(about: Schema) -> str:
    if "$ref" in about:
        return str(about["$ref"]).rsplit("/", 1)[-1]
    for word in ("anyOf", "oneOf"):
        if word in about:
            kinds = [_kind(each) for each in about[word] if each.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    if "enum" in about:
        return " · ".join(code(value) for value in about["enum"])
    if "const" in about:
        return code(about["const"])
    if about.get("type") == "array":
        return f"list of {_kind(about.get('items', {}))}{_bounds(about, 'minItems', 'maxItems')}"
    if about.get("type") == "object":
        return f"a map to {_kind(about.get('additionalProperties', {}))}"
    if about.get("pattern") == ID_PATTERN:
        return "an id"
    if "pattern" in about:
        return f"text like {code(about['pattern'])}"
    kind = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    lengths = _bounds(about, "minLength", "maxLength") if about.get("type") == "string" else ""
    return (
        kind.get(str(about.get("type")), "anything")
        + lengths
        + _bounds(about, "minimum", "maximum")
        + _above(about)
    )


def _bounds(about: Schema, least: str, most: str) -> str:
    low, high = about.get(least), about.get(most)
    if high is not None:
        return f", {low or 0} to {high:,}"
    return f", at least {low}" if low is not None and (low > 1 or least == "minimum") else ""


def _above(about: Schema) -> str:
    return f", above {about['exclusiveMinimum']}" if "exclusiveMinimum" in about else ""
