"""Who is who in a Gradescope export: ``submission_metadata.yml`` beside the submissions' folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.classroom.archives import Unreadable
from tutor.classroom.walking import Entry

METADATA = "submission_metadata.yml"


def of_gradescope(entries: Iterable[Entry]) -> dict[str, tuple[str, str]]:
    """Of each submission's folder the students' names, and the first one's number; empty without the file.

    A file that can't be understood counts as none: the folders' own names stand for the students then.
    """
    import yaml

    listing = next((entry for entry in entries if entry.parts == (METADATA,) and entry.place), None)
    if listing is None or listing.place is None:
        return {}
    try:
        document = yaml.load(listing.place.read().data, Loader=_plain_loader())
    except (Unreadable, yaml.YAMLError, ValueError, RecursionError):
        return {}
    if not isinstance(document, Mapping):
        return {}
    found = {str(folder): _people(entry) for folder, entry in document.items()}
    return {folder: person for folder, person in found.items() if person[0]}


def _people(entry: Any) -> tuple[str, str]:
    people = _get(entry, "submitters")
    named = [one for one in people if isinstance(one, Mapping)] if isinstance(people, list) else []
    names = [str(_get(one, "name") or _get(one, "email") or "") for one in named]
    number = next((str(value) for one in named if (value := _get(one, "sid") or _get(one, "email"))), "")
    return " & ".join(name for name in names if name), number


def _get(entry: Any, key: str) -> Any:
    """A value by its name, which Gradescope writes with a colon before it."""
    if not isinstance(entry, Mapping):
        return None
    return entry.get(f":{key}", entry.get(key))


def _plain_loader() -> Any:
    """A safe loader that takes any text as it stands, tags of other languages included."""
    import yaml

    class Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    Plain.add_multi_constructor("!", lambda loader, suffix, node: None)
    return Plain
