"""Other human languages: files that lie over a course's own and replace texts, item by item.

``lessons/01-bits/de/quiz.yaml`` holds the questions of ``lessons/01-bits/quiz.yaml`` in German: the same keys, but only
texts. Entries are found by their id, where they have none by their place. What is not translated stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tutor.course.documents import Document, Location, read_document
from tutor.course.names import did_you_mean, printable
from tutor.course.validation import problems_of, read_model
from tutor.errors import ContentProblem
from tutor.languages import chain, is_language
from tutor.paths import ContentRoot

M = TypeVar("M", bound=BaseModel)

TEXTS = frozenset({
    "title", "summary", "text", "markdown", "question", "reply", "label", "help", "brief", "hints", "thought",
    "message", "notice", "why", "definition", "points", "model_answer", "beginner", "intermediate", "advanced",
})  # fmt: skip
HOLD_TEXTS = frozenset({
    "modules", "goals", "steps", "predict", "guesses", "demo", "knobs", "try_it", "items", "options", "wrong", "pairs",
    "left", "right", "pieces", "misconceptions", "terms", "questions",
})  # fmt: skip
_IDENTITIES = ("id", "name", "term")
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}|\$(device|last_verdict|weak_misconceptions|demo_figures)\b")


def languages_of(folder: Path) -> list[str]:
    """The languages into which something in a folder is translated."""
    try:
        return sorted(path.name for path in folder.iterdir() if is_language(path.name) and path.is_dir())
    except OSError:
        return []


def has_texts_in(course: ContentRoot, language: str) -> bool:
    """Whether anything of a course is translated into a language, or into what it falls back to."""
    folders = (course.lessons, *course.lessons.glob("*"), *course.exercises.glob("*"))
    return not language or any((folder / code).is_dir() for folder in folders for code in chain(language))


def read_in(folder: Path, name: str, model: type[M], language: str) -> M:
    """The file ``name`` of a folder as ``model``, its texts in ``language`` as far as they are translated.

    What is wrong with a translation is for its author (``translation_problems``): here the file's own text stands.

    Raises:
        ContentProblem: the file itself is missing or broken.
    """
    overlays = [path for code in chain(language) if (path := folder / code / name).is_file()]
    if not overlays:
        return read_model(folder / name, model)
    data: Any = read_document(folder / name).data
    for path in overlays:
        try:
            data = _merged(data, read_document(path), (), [])
        except ContentProblem:
            continue
    try:
        return model.model_validate(data)
    except ValidationError:
        return read_model(folder / name, model)


def texts_of(path: Path) -> dict[str, Any]:
    """The title and the like of a translation, for lists; nothing where it is broken."""
    try:
        data = read_document(path).data
    except ContentProblem:
        return {}
    kept = {key: data[key] for key in ("title", "summary") if isinstance(data.get(key), str)}
    modules = data.get("modules")
    if isinstance(modules, list):
        named = [one for one in modules if isinstance(one, dict) and isinstance(one.get("title"), str)]
        kept["modules"] = {str(one.get("id")): one["title"] for one in named}
    return kept


def translation_problems(folder: Path, models: Mapping[str, type[BaseModel]]) -> Iterator[ContentProblem]:
    """What is wrong with the translations that lie in a folder. Says nothing of what they lie over."""
    for language in languages_of(folder):
        for path in sorted((folder / language).iterdir()):
            model = models.get(path.name)
            if path.name.startswith((".", "__")):
                continue
            if model is None or not (folder / path.name).is_file():
                there = ", ".join(name for name in models if (folder / name).is_file())
                step = f"What may be translated here: {there}."
                yield ContentProblem(
                    "This translates nothing.", where=str(path), code="stray-file", next_step=step
                )
                continue
            yield from _problems_in(path, folder / path.name, model)


def _problems_in(path: Path, under: Path, model: type[BaseModel]) -> Iterator[ContentProblem]:
    try:
        base = read_document(under)
        model.model_validate(base.data)
    except (ContentProblem, ValidationError):
        return  # told of the file itself
    try:
        overlay = read_document(path)
    except ContentProblem as problem:
        yield problem
        return
    problems: list[ContentProblem] = []
    data = _merged(base.data, overlay, (), problems)
    yield from problems
    try:
        model.model_validate(data)
    except ValidationError as error:
        yield from problems_of(error, overlay, model)


def _merged(base: Any, overlay: Document, location: Location, problems: list[ContentProblem]) -> Any:
    """``base`` with the texts that stand at ``location`` of the translation. Whatever is none is a problem."""
    value = overlay.value_at(location)
    if value is None:
        return base
    if isinstance(base, dict) and isinstance(value, dict):
        _tell_unknown(base, value, overlay, location, problems)
        known = (key for key in value if key in base)
        return base | {key: _entry(base, key, overlay, (*location, key), problems) for key in known}
    if isinstance(base, list) and isinstance(value, list):
        return _merged_list(base, value, overlay, location, problems)
    if isinstance(base, str) and isinstance(value, str):
        return _text(base, value, overlay, location, problems)
    message = "This has another form than what it translates."
    problems.append(
        overlay.problem(location, message, code="bad-value", next_step="Write it as it stands there.")
    )
    return base


def _entry(
    base: dict[str, Any], key: str, overlay: Document, location: Location, problems: list[ContentProblem]
) -> Any:
    """One key of a mapping: an id stays, a text is replaced, what holds texts is looked into."""
    value = base[key]
    if key in _IDENTITIES:
        return value
    named_by_id = location[:-1] == ("misconceptions",) and isinstance(value, str)
    if not (key in TEXTS or key in HOLD_TEXTS or named_by_id):
        message = f"'{printable(key)}' is no text: a translation leaves it out."
        problems.append(
            overlay.problem(location, message, code="unknown-key", next_step="Remove it.", at_key=True)
        )
        return value
    return _merged(value, overlay, location, problems)


def _tell_unknown(
    base: dict[str, Any],
    value: dict[str, Any],
    overlay: Document,
    location: Location,
    problems: list[ContentProblem],
) -> None:
    for key in value:
        if key not in base:
            step = did_you_mean(str(key), [str(one) for one in base], otherwise="There are")
            message = f"Unknown key '{printable(str(key))}': what is translated has none of that name."
            problems.append(
                overlay.problem((*location, key), message, code="unknown-key", next_step=step, at_key=True)
            )


def _merged_list(
    base: list[Any], value: list[Any], overlay: Document, location: Location, problems: list[ContentProblem]
) -> list[Any]:
    result = list(base)
    places = {name: number for number, entry in enumerate(base) if (name := _identity(entry))}
    for number, entry in enumerate(value):
        here = (*location, number)
        name = _identity(entry)
        target = places.get(name or "", -1) if places else number
        if entry is None and not places:
            continue
        if not 0 <= target < len(base):
            step = did_you_mean(name or "", list(places), otherwise="There are") if places else "Remove it."
            message = f"There is no '{printable(name)}' to translate." if name else "This translates nothing."
            problems.append(overlay.problem(here, message, code="unknown-id", next_step=step))
            continue
        result[target] = _merged(base[target], overlay, here, problems)
    return result


def _identity(entry: Any) -> str | None:
    """The name by which an entry of a list is found again; None where only its place tells it."""
    if not isinstance(entry, dict):
        return None
    name = next((entry[key] for key in _IDENTITIES if isinstance(entry.get(key), str)), None)
    return _identity(entry.get("left")) if name is None else str(name)


def _text(
    base: str, value: str, overlay: Document, location: Location, problems: list[ContentProblem]
) -> str:
    more = _placeholders(value) - _placeholders(base)
    if more:
        message = f"The text that is translated has no '{printable(sorted(more)[0])}'."
        step = "Use the placeholders of the original, letter by letter."
        problems.append(overlay.problem(location, message, code="template", next_step=step))
        return base
    return value


def _placeholders(text: str) -> set[str]:
    return {found[0].strip() for found in _PLACEHOLDER.finditer(text)}
