"""The glossary: every term of the field in two lines, and the step that explains it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input

from tutor.amounts import counted
from tutor.app.screens.finder import Choices, FinderScreen, Row
from tutor.app.text import inline

if TYPE_CHECKING:
    from tutor.course.models import Term


class GlossaryScreen(FinderScreen):
    """Type to narrow the list; Enter opens the step of the lesson where the term is taught."""

    HEADING = "Glossary"
    PLACEHOLDER = "Type a term, or a word of its definition"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g", "dismiss", "Close", show=False),
    ]

    def __init__(self, term: str | None = None) -> None:
        super().__init__()
        self.terms: Sequence[Term] = ()
        self.begin_on = term

    def prepare(self) -> None:
        self.terms = self.tutor.engine.glossary()

    def find(self, typed: str) -> Sequence[Row]:
        from tutor.course.glossary import matching

        return [
            Row(
                _line(term),
                partial(self._about, term),
                partial(self.tutor.look_up, term.lesson, term.step),
            )
            for term in matching(self.terms, typed)
        ]

    def nothing(self, typed: str) -> str:
        if not self.terms:
            return "This course has no glossary."
        return f"No term has “{typed}”. The lessons may: / on the course map searches them."

    def note(self) -> str:
        all_terms = counted(len(self.terms), "term")
        return all_terms if len(self.rows) == len(self.terms) else f"{len(self.rows)} of {all_terms}"

    def show_rows(self) -> None:
        super().show_rows()
        names = [term.term for term in self.terms]
        if self.begin_on in names and not self.query_one("#find", Input).value:
            self.query_one(Choices).highlighted = names.index(self.begin_on)

    def _about(self, term: Term) -> Content:
        """The term in full, and where Enter leads."""
        lesson = self.tutor.engine.content.lesson(term.lesson)
        step = next((step.title for step in lesson.info.steps if step.id == term.step), term.step)
        also = f"  also: {', '.join(term.also)}" if term.also else ""
        head = Content.assemble((term.term, "bold $primary"), (also, "$quiet"))
        place = Content.assemble(("⏎ ", "bold $primary"), (f"{lesson.title} › {step}", "$quiet"))
        return Content("\n").join([head, Content(), inline(term.definition), Content(), place])


def _line(term: Term) -> Content:
    return Content.assemble(term.term, (f"  {', '.join(term.also)}", "$quiet") if term.also else "")
