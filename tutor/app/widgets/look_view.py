"""What the learner's quantizer does to a public matrix: histograms, where the error sits, a small case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual import events, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.app.text import colourless, drawn_cells, inline
from tutor.errors import TutorProblem

if TYPE_CHECKING:
    from tutor.app.tutor_app import TutorApp
    from tutor.course import LoadedExercise
    from tutor.proving.look_plot import Row
    from tutor.proving.looking import Look, NoLook

HEIGHT = 4  # rows of a histogram
STYLES = {"value": "$primary", "error": "$accent", "axis": "$quiet", "off": "bold $error"}


class LookView(VerticalScroll):
    """Empty, or a run under way, or the pictures, drawn for the width there is."""

    def __init__(self, exercise: LoadedExercise, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.exercise = exercise
        self._look: Look | None = None

    def compose(self) -> ComposeResult:
        yield Static(classes="told")
        yield Static(classes="pictures")

    def on_resize(self, event: events.Resize) -> None:
        if self._look is not None:
            self.show(self._look)

    @work(exclusive=True, group="look")
    async def run(self) -> None:
        """Run the learner's file on the public matrices, and draw what it does to them."""
        app = cast("TutorApp", self.app)
        if not app.engine.solution_path(self.exercise).exists():
            self.tell(
                "Enter writes the stub; here you see afterwards what your code does to a public matrix."
            )
            return
        if self._look is None:
            self.tell("Running your file on a public matrix …")
        try:
            self.show(await app.engine.look(self.exercise))
        except TutorProblem as problem:
            self.tell("")
            app.show_problem(problem)
        app.warm_up(self.exercise)  # for its own checks again

    def tell(self, text: str) -> None:
        """One line instead of pictures."""
        self._look = None
        self._update([Content.styled(text, "$quiet")])

    def show(self, found: Look | NoLook) -> None:
        """Draw what a solution does to public matrices, or say why there is nothing to draw."""
        from tutor.proving.look_plot import summary
        from tutor.proving.looking import NoLook

        if isinstance(found, NoLook):
            self._look = None
            told = [_line(line) for line in found.why.split("\n")]
            head = Content.styled("✗ ", "bold $error") + told[0]
            self._update([head, *told[1:], Content(), _line(found.next_step)])
        else:
            came_before = self._look is not None
            self._look = found
            width = max(30, self.scrollable_content_region.width - 1)
            self._update([_line(line) for line in summary(found)], _drawn(found, width))
            if not came_before:
                self.scroll_home(animate=False)

    def _update(self, told: Sequence[Content], pictures: Sequence[Content] = ()) -> None:
        self.query_one(".told", Static).update(Content("\n").join(told))
        self.query_one(".pictures", Static).update(Content("\n").join(pictures))


def _line(text: str) -> Content:
    return inline(colourless(text))


def _drawn(look: Look, width: int) -> list[Content]:
    from tutor.proving.look_plot import heat, histogram, small

    return [
        *_part("A small case in figures", small(look, width)),
        *_part("Where the error sits (a sign: 3 rows, 2 columns)", heat(look, width)),
        Content.styled("    █ most  ▓ ▒ less (log scale)  ░ 1/100 or less", "$quiet"),
        *_part("The error, came back − weight", histogram(look.error, "error", width, HEIGHT)),
        *_part("The weights of the public matrix", histogram(look.weights, "value", width, HEIGHT)),
        *_part("What came back of them", histogram(look.came, "value", width, HEIGHT)),
    ]


def _part(heading: str, rows: Sequence[Row]) -> list[Content]:
    return [Content(), Content.styled(heading, "bold $primary"), drawn_cells(rows, STYLES)]
