"""The content model as JSON Schemas, by which editors complete and check YAML while it is written."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from tutor.course.summaries import MODELS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of one kind of file."""
    return {"$schema": DIALECT, **model.model_json_schema()}


def schema_files(folder: str) -> dict[str, bytes]:
    """``folder/lesson.schema.json`` and the like: a file for each kind that a course has."""
    return {
        f"{folder}/{name.removesuffix('.yaml')}.schema.json": _written(schema_of(model))
        for name, model in MODELS.items()
    }


def _written(schema: dict[str, Any]) -> bytes:
    return (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()
