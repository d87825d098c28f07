"""The first files of a new lesson or exercise: small, whole, and proved as they stand.

The templates are data in ``templates/``, a folder for each kind, laid out as a course is. ``@WORD@`` in their
names and texts is filled in. Nothing is written here: a plan says which files to make.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tutor.course.content import Content
from tutor.course.loader import load_content
from tutor.course.models import ID_PATTERN, LONGEST_ID
from tutor.course.names import nearest_or, printable
from tutor.course.schemas import schema_files
from tutor.errors import UsageProblem
from tutor.paths import ContentRoot

TEMPLATES = Path(__file__).parent / "templates"
SUFFIX = ".template"
FIRST_LESSON = "introduction"  # of a course that begins with an exercise
_LONGEST_ENDING = len("-average-of-three")  # what the quiz's template puts behind a lesson's id

Kind = Literal["lesson", "exercise"]


@dataclass(frozen=True)
class Scaffold:
    """What to write: ``files`` by their paths below ``root``. ``begins`` where there was no course yet."""

    root: Path
    id: str
    files: Mapping[str, bytes]
    begins: bool

    @property
    def taken(self) -> tuple[Path, ...]:
        """The files that are there already. Schemas are the same for all and don't count."""
        places = (self.root / name for name in self.files if not name.startswith("schemas/"))
        return tuple(place for place in places if place.exists() or place.is_symlink())


def plan(
    root: Path,
    kind: Kind,
    id: str,
    *,
    title: str = "",
    lesson: str | None = None,
    module: str | None = None,
) -> Scaffold:
    """The files of a new lesson or exercise of the course at ``root``, which may be empty or missing.

    Args:
        root: the folder of the course.
        kind: what to begin.
        id: its id, which nothing of its kind in the course has.
        title: for people; without it the id in words.
        lesson: the lesson that an exercise belongs to; without it the last one.
        module: the module that a lesson belongs to; without it that of the last lesson.

    Raises:
        UsageProblem: the id is no id or taken; no such lesson or module; a file of it is there already.
        ContentProblem: the course that is there is broken.
    """
    _require_id(id)
    content = load_content(ContentRoot(root)) if (root / "lessons").is_dir() else None
    files: dict[str, bytes] = dict(schema_files("schemas"))
    if content is None:
        course = _as_id(root.name) or "my-course"
        files |= _filled("course", {"COURSE": _scalar(course), "COURSE_TITLE": _scalar(_in_words(course))})
    if kind == "lesson":
        files |= _lesson(content, id, title, module)
    else:
        if content is None or not content.lessons:
            lesson = lesson or FIRST_LESSON
            files |= _lesson(content, lesson, "", module)
        files |= _exercise(content, id, title, lesson)
    scaffold = Scaffold(root, id, files, begins=content is None)
    if scaffold.taken:
        raise UsageProblem(
            "There is a file already, and nothing is overwritten.",
            where=str(scaffold.taken[0]),
            next_step="Take another id, or move that file away.",
        )
    return scaffold


def _lesson(content: Content | None, id: str, title: str, module: str | None) -> dict[str, bytes]:
    _require_id(id)
    lessons = content.lessons if content else ()
    chapters = [chapter.id for chapter in content.chapters] if content else ["basics"]
    _require_free("lesson", id, [one.id for one in lessons])
    chosen = module or (lessons[-1].module if lessons else chapters[0])
    if chosen not in chapters:
        raise UsageProblem(
            f"There is no module '{printable(chosen)}'.",
            where="lessons/course.yaml",
            next_step=nearest_or(chosen, chapters, f"There are {', '.join(chapters)}; add it there first."),
        )
    number = max((int(one.folder.name.partition("-")[0]) for one in lessons), default=0) + 1
    return _filled(
        "lesson",
        {
            "FOLDER": f"{number:02}-{id}",
            "ID": _scalar(id),
            "SHORT": id[: LONGEST_ID - _LONGEST_ENDING].rstrip("-"),
            "TITLE": _scalar(title or _in_words(id)),
            "MODULE": _scalar(chosen),
        },
    )


def _exercise(content: Content | None, id: str, title: str, lesson: str | None) -> dict[str, bytes]:
    order = 1
    if content is not None and content.lessons:
        _require_free("exercise", id, [one.id for one in content.exercises])
        lesson = content.lesson(lesson or content.lessons[-1].id).id
        order = max((one.order for one in content.exercises_of(lesson)), default=0) + 1
    words = {"TITLE": _scalar(title or _in_words(id)), "LESSON": _scalar(str(lesson)), "ORDER": str(order)}
    return _filled("exercise", {"ID": id, "NAME": id.replace("-", "_"), "YAML_ID": _scalar(id), **words})


def _filled(kind: str, words: Mapping[str, str]) -> dict[str, bytes]:
    """The files of one folder of templates, by their paths in a course."""
    folder = TEMPLATES / kind
    files = {}
    for template in sorted(folder.rglob(f"*{SUFFIX}")):
        name = template.relative_to(folder).as_posix().removesuffix(SUFFIX)
        files[_fill(name, words)] = _fill(template.read_text(encoding="utf-8"), words).encode()
    return files


def _fill(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"@([A-Z_]+)@", lambda found: words[found[1]], text)


def _scalar(text: str) -> str:
    """``text`` as YAML reads it back: in quotes where it would be taken for a number, a date or a truth."""
    import yaml

    if not text[:1].isalpha():  # such as 1e5, a number in YAML 1.2
        return json.dumps(text, ensure_ascii=False)
    written = yaml.safe_dump(text, allow_unicode=True, width=10_000, explicit_end=False)
    return written.removesuffix("...\n").strip()


def _require_id(id: str) -> None:
    if not re.fullmatch(ID_PATTERN, id) or len(id) > LONGEST_ID:
        guess = _as_id(id)
        raise UsageProblem(
            f"'{printable(id)}' is not an id.",
            next_step="An id is lower-case words and numbers joined by single dashes, at most "
            f"{LONGEST_ID} characters{f', such as {guess}' if guess else ''}.",
        )


def _require_free(kind: str, id: str, known: list[str]) -> None:
    if id in known:
        article = "an" if kind == "exercise" else "a"
        raise UsageProblem(f"There is {article} {kind} '{id}' already.", next_step="Take another id.")


def _as_id(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:LONGEST_ID].strip("-")


def _in_words(id: str) -> str:
    return id.replace("-", " ").capitalize()
