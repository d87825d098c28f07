"""Search: jump to a lesson, an exercise, a step or a term by what its title or its text holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from tutor.amounts import counted
from tutor.app.screens.finder import FinderScreen, Row
from tutor.course.search import Hit, marked, why_nothing

if TYPE_CHECKING:
    from tutor.course import Content as Course


class SearchScreen(FinderScreen):
    """Before anything is typed it lists the course's lessons and exercises."""

    HEADING = "Search"
    PLACEHOLDER = "Type words of a title or of a lesson's text"

    def prepare(self) -> None:
        self.tutor.engine.search("prepare")

    def find(self, typed: str) -> Sequence[Row]:
        course = self.tutor.engine.content
        hits = self.tutor.engine.search(typed) if typed.strip() else list(_everything(course))
        return [
            Row(_line(course, hit), partial(_about, course, hit, typed), self._opener(hit)) for hit in hits
        ]

    def nothing(self, typed: str) -> str:
        return f"No lesson, exercise or term has it. {why_nothing(self.tutor.engine.content, typed)}"

    def note(self) -> str:
        return counted(len(self.rows), "place")

    def _opener(self, hit: Hit) -> Callable[[], object]:
        match hit.kind:
            case "lesson":
                return partial(self.tutor.look_up, hit.id)
            case "exercise":
                return partial(self._open_exercise, hit.id)
            case "step":
                return partial(self.tutor.look_up, hit.lesson, hit.id)
            case "term":
                return partial(self.tutor.open_glossary, hit.id)

    def _open_exercise(self, id: str) -> None:
        """In the place of the search, as a lesson does."""
        self.tutor.back_to_map()
        self.tutor.open_exercise(id)


def _everything(course: Course) -> Sequence[Hit]:
    """The lessons of the course, each with its exercises."""
    hits: list[Hit] = []
    for lesson in course.lessons:
        hits.append(Hit("lesson", lesson.id, lesson.id, lesson.title, lesson.summary, in_title=True))
        hits += [
            Hit("exercise", one.id, lesson.id, one.title, "", in_title=True)
            for one in course.exercises_of(lesson.id)
        ]
    return hits


def _line(course: Course, hit: Hit) -> Content:
    where = "" if hit.kind == "lesson" else f"  {course.lesson(hit.lesson).title}"
    style = "bold" if hit.kind == "lesson" else ""
    return Content.assemble((f"{hit.kind:<10}", "$quiet"), (hit.title, style), (where, "$quiet"))


def _about(course: Course, hit: Hit, typed: str) -> Content:
    """What the line is, and the words in their place."""
    lesson = course.lesson(hit.lesson)
    place = hit.kind if hit.kind == "lesson" else f"{hit.kind} · {lesson.title}"
    snippet = Content.assemble(
        *((part, "bold $accent") if found else part for part, found in marked(hit.snippet, typed))
    )
    head = [Content.styled(hit.title, "bold $primary"), Content.styled(place, "$quiet"), Content()]
    return Content("\n").join([*head, snippet])
