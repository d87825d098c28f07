"""The shapes of the ``--json`` documents, taken from documents that the program prints while the page is made."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from docs.site.tables import NOTE, code
from tutor.paths import installed_root

NAME = re.compile(r'"(tutor\.[a-z-]+/\d+)"')
WRONG = str(installed_root().graders / "absmax-int8/wrong/scale-from-signed-max.py")
# What is run: short commands, each on an empty home. Documents of the others are listed by their names.
COMMANDS = (
    ("list",),
    ("lesson", "bits"),
    ("quiz", "bits", "--seed", "1"),
    ("quiz", "bits", "--open"),
    ("prompts", "bits"),
    ("glossary", "absmax"),
    ("search", "outliers"),
    ("submit", "absmax-int8", WRONG),
    ("progress",),
    ("map",),
    ("config",),
    ("backups",),
    ("model", "list"),
    ("course", "list"),
    ("doctor",),
    ("lesson", "no-such-lesson"),
)


def documents_page() -> str:
    with ThreadPoolExecutor(max_workers=2) as pool:
        printed = list(pool.map(_run, COMMANDS))
    shown = {document["schema"] for document in printed}
    parts = [
        "# JSON documents\n",
        NOTE,
        "With `--json`, standard output holds one document and nothing else. Its key `schema` says what it is; "
        "keys may be added, and none is renamed while the number at its end stays. Below are the shapes of "
        "documents that the program printed while this page was made: a list shows all keys that its entries have, "
        "`?` marks a key that only some of them have, and `null` what was not there.\n",
    ]
    for words, document in zip(COMMANDS, printed, strict=True):
        said = " ".join("FILE" if word == WRONG else word for word in words)
        parts += [
            f"## {document['schema']}\n",
            f"`tutor {said} --json`\n",
            f"```text\n{_shape(document)}\n```\n",
        ]
    others = sorted(_names() - shown)
    parts += [
        "## Others\n",
        f"The program knows these names as well: {', '.join(code(name) for name in others)}.\n",
    ]
    return "\n".join(parts)


def _names() -> set[str]:
    package = Path(__file__).parents[2] / "tutor"
    return {name for path in package.rglob("*.py") for name in NAME.findall(path.read_text(encoding="utf-8"))}


def _run(words: tuple[str, ...]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("TUTOR_")}
        done = subprocess.run(
            [sys.executable, "-m", "tutor", *words, "--json"],
            env={**kept, "TUTOR_HOME": home},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _shape(value: Any, indent: int = 0, key: str = "") -> str:
    inner = "  " * (indent + 1)
    if isinstance(value, dict):
        lines = [f'{inner}"{name}": {_shape(each, indent + 1, name)}' for name, each in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + "  " * indent + "}" if lines else "{}"
    if isinstance(value, list):
        if value and all(isinstance(each, dict) for each in value):
            return f"[{_shape(_merged(value), indent)}, …]"
        return f"[{_shape(value[0], indent)}, …]" if value else "[…]"
    if key == "schema":
        return f'"{value}"'
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    return "number" if isinstance(value, int | float) else "text"


def _merged(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """One entry with all keys that any has, each with the first value that says something."""
    keys = dict.fromkeys(key for entry in entries for key in entry)
    return {
        key if all(key in entry for entry in entries) else f"{key}?": next(
            (entry[key] for entry in entries if entry.get(key) not in (None, [], {})),
            next(entry[key] for entry in entries if key in entry),
        )
        for key in keys
    }
