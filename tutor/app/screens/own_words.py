"""An open question: the learner writes, then holds what they wrote against the points of a full answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.widgets import Static, TextArea

from tutor.app.screens.handing_over import HandingOverScreen
from tutor.app.text import inline, untrusted
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.points import Points
from tutor.app.widgets.reading import Reading
from tutor.app.widgets.top_bar import TopBar
from tutor.progress.own_words import OwnWords, draft, keep_draft, keep_own_words, own_words

if TYPE_CHECKING:
    from tutor.course import LoadedLesson
    from tutor.course.models import OpenQuestion

KEEP_SECONDS = 1.0
HOW = "Write as you would tell a colleague. Nobody grades it: afterwards you hold it against the points yourself."
QUESTION = "Hold my answer against the points."
FIRST = "Write something first, a guess too: it shows what is missing."


class OwnWordsScreen(HandingOverScreen, inherit_bindings=False):
    """First writing, then marking. An answer that was marked before is shown with its ticks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "compare", "Compare with the points", priority=True),
        Binding("enter", "finish", "Keep and go on", priority=True),
        Binding("e", "write_on", "Write on"),
        Binding("a", "chat", "Ask the chat"),
        Binding("c", "copy", "Copy for an assistant"),
        Binding("o", "open", "Open an assistant"),
        *(Binding(str(n), f"tick({n - 1})", f"Tick point {n}", show=False) for n in range(1, 8)),
        Binding("pagedown", "scroll(1)", "A page down", show=False, priority=True),
        Binding("pageup", "scroll(-1)", "A page up", show=False, priority=True),
        Binding("l", "lesson", "The step", show=False),
        Binding("q", "leave", "Back"),
        Binding("escape", "leave", "Back", priority=True, key_display="esc"),
    ]

    def __init__(self, lesson: LoadedLesson, question: OpenQuestion) -> None:
        super().__init__()
        self.lesson, self.question = lesson, question
        self.writing = True
        self._answer = ""
        self._made: frozenset[int] = frozenset()
        self._kept = ""

    @property
    def text(self) -> str:
        """What an assistant is asked."""
        from tutor.assist.marking import marking_prompt

        return marking_prompt(self.lesson, self.question, self._answer)

    def compose(self) -> ComposeResult:
        with self.tutor.problems_shown():
            self._look_up()
        yield TopBar(self.lesson.title, "In your own words")
        with VerticalScroll(id="page", classes="own-words"):
            question = " ".join(self.question.question.split())
            yield Static(inline(question).stylize("bold"), classes="question")
            with Vertical(id="writing"):
                yield Static(Content.styled(HOW, "$quiet"), classes="how")
                yield TextArea(self._answer, soft_wrap=True, show_line_numbers=False, id="answer")
            yield Vertical(id="marking")
        yield KeyBar()

    def _look_up(self) -> None:
        store = self.tutor.engine.store
        before = own_words(store, self.lesson).get(self.question.id)
        self._answer = self._kept = draft(store, self.lesson, self.question)
        if before is not None and not self._answer:
            self._answer, self._made, self.writing = before.text, frozenset(before.made), False

    async def on_mount(self) -> None:
        await self._show()
        self.set_interval(KEEP_SECONDS, self.keep)

    async def _show(self) -> None:
        """The field to write in, or the answer beside what it is held against."""
        marking = self.query_one("#marking")
        self.query_one("#writing").display = self.writing
        marking.display = not self.writing
        await marking.remove_children()
        if self.writing:
            field = self.query_one("#answer", TextArea)
            field.focus()
            self.call_after_refresh(lambda: field.move_cursor(field.document.end))
        else:
            points = Points(self.question.points, self._made)
            await marking.mount(
                _heading("Your answer"),
                Static(untrusted(self._answer), classes="mine"),
                _heading("Which of these points does it make? Tick what it says in full."),
                points,
                _heading("A model answer"),
                Reading(self.question.model_answer),
                Static(id="told"),
            )
            points.focus()
            self.query_one("#page").scroll_to(y=0, animate=False)
        self.refresh_bindings()

    # --- the keys -----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "compare":
                return self.writing
            case "finish" | "write_on" | "chat" | "copy" | "open" | "lesson" | "scroll":
                return not self.writing
            case "tick":
                return not self.writing and parameters[0] in range(len(self.question.points))
            case "leave":
                return True
        return super().check_action(action, parameters)

    async def action_compare(self) -> None:
        text = self.query_one("#answer", TextArea).text.strip()
        if not text:
            self.notify(FIRST)
            return
        self.keep()
        self._answer, self.writing = text, False
        await self._show()

    async def action_write_on(self) -> None:
        self.writing = True
        await self._show()

    def action_tick(self, number: int) -> None:
        self.query_one(Points).tick(number)

    def action_chat(self) -> None:
        """The chat's model gives advice on the answer; the ticks stay the learner's."""
        with self.tutor.problems_shown():
            conversation = self.tutor.engine.assistance.chat(self.lesson)
            conversation.draft = conversation.draft or QUESTION
            self.tutor.open_chat(self.lesson.id, self.text)

    def action_scroll(self, direction: int) -> None:
        page = self.query_one("#page", VerticalScroll)
        (page.scroll_page_down if direction > 0 else page.scroll_page_up)(animate=False)

    @on(Points.OptionHighlighted)
    def _into_sight(self, event: Points.OptionHighlighted) -> None:
        """The list is as long as its points: it is the page that scrolls."""
        points = event.option_list
        assert isinstance(points, Points)
        top, height = points.lines[event.option_index]
        place = points.virtual_region.translate(self.query_one("#marking").virtual_region.offset)
        region = Region(place.x, place.y + top, place.width, height)
        self.query_one("#page", VerticalScroll).scroll_to_region(region, animate=False)

    @on(Points.Changed)
    def _ticked(self, event: Points.Changed) -> None:
        self._made = event.made

    @work(group="own-words")
    async def action_finish(self) -> None:
        """Remember the answer with its ticks, and go on to the next question that has none."""
        store = self.tutor.engine.store
        with self.tutor.problems_shown():
            keep_own_words(store, self.lesson, self.question, self._answer, self._made)
            done: dict[str, OwnWords] = own_words(store, self.lesson)
            self.tutor.notify(f"{len(self._made)} of {len(self.question.points)} points. Kept.")
            following = next((one for one in self.lesson.open_questions if one.id not in done), None)
            if following is None:
                self.dismiss()
            else:
                self.tutor.switch_screen(OwnWordsScreen(self.lesson, following))

    def action_lesson(self) -> None:
        self.tutor.open_lesson(self.lesson.id, self.question.step)

    def action_leave(self) -> None:
        self.keep()
        self.dismiss()

    def keep(self) -> None:
        """What is written and not marked comes back, after a crash too."""
        fields = self.query("#answer")
        text = fields.first(TextArea).text if fields else self._kept
        if self.writing and text != self._kept:
            with self.tutor.problems_shown():
                keep_draft(self.tutor.engine.store, self.lesson, self.question, text)
                self._kept = text


def _heading(text: str) -> Static:
    return Static(Content.styled(text, "bold $quiet"), classes="heading")
