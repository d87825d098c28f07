"""The error–memory map: the learner's quantizers among the known schemes, and the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.amounts import counted
from tutor.app.screens.base import TutorScreen
from tutor.app.text import drawn_cells
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tutor.proving.error_map import Missing, Point
    from tutor.proving.map_plot import Marked

SHORTEST, TALLEST = 15, 26  # rows of the plot with its axis
STYLES = {"own": "bold $accent", "known": "$primary", "limit": "$faint", "axis": "$quiet"}
LIMIT = "the limit: no scheme of R bits a weight has less error than 2^(−2R)"


class ErrorMapScreen(TutorScreen):
    """The known schemes at once; the learner's own points come one by one, as they are measured."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape,enter", "dismiss", "Back", key_display="q"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.own: list[Point] = []
        self.missing: list[Missing] = []
        self.measuring = True

    def compose(self) -> ComposeResult:
        yield TopBar(self.app.title, "Error against memory")
        with VerticalScroll(id="page"):
            yield Static(id="told")
            yield Static(id="plot")
            yield Static(id="legend")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#page").focus()
        self.measure()

    def on_resize(self, event: events.Resize) -> None:
        self.show()

    @work(exclusive=True, group="map")
    async def measure(self) -> None:
        """Run each passed file on the map's matrix; what was measured before comes at once."""
        from tutor.proving.error_map import Point

        with self.tutor.problems_shown():
            async for found in self.tutor.engine.own_points():
                if isinstance(found, Point):
                    self.own.append(found)
                else:
                    self.missing.append(found)
                self.show()
        self.measuring = False
        self.show()

    def show(self) -> None:
        """Draw what is known now, in the room there is."""
        from tutor.proving.map_plot import draw, marked, noted

        with self.tutor.problems_shown():
            marks = marked(self.own, self.tutor.engine.known_points())
            width = max(40, self.size.width - 6)
            room = self.size.height - len(marks) - len(noted(marks)) - 9
            height = min(TALLEST, max(SHORTEST, room))
            self.query_one("#plot", Static).update(drawn_cells(draw(marks, width, height), STYLES))
            self.query_one("#told", Static).update(Content.styled(self._told(), "$quiet"))
            self.query_one("#legend", Static).update(self._legend(marks, width))

    def _told(self) -> str:
        if self.measuring:
            return "Measuring yours …"
        if not self.own:
            return "None is yours yet: a quantizer that you pass gets its place here."
        return f"{counted(len(self.own), 'quantizer')} of yours, on one frozen matrix of Gaussian weights."

    def _legend(self, marks: list[Marked], width: int) -> Content:
        from tutor.proving.map_plot import FIGURES, figures, noted

        heading = "".join(f"{word:>12}" for word in FIGURES)
        lines = [Content.styled(f"{heading:>{width}}", "$quiet")]
        for one in marks:
            numbers = "".join(f"{figure:>12}" for figure in figures(one.point))
            room = max(1, width - len(numbers) - 5)
            label = one.point.label if len(one.point.label) <= room else one.point.label[: room - 1] + "…"
            lines.append(Content.assemble((f"  {one.mark}  {label:<{room}}", STYLES[one.kind]), numbers))
        lines.append(Content.styled(f"  ·  {LIMIT}", "$quiet"))
        lines += [Content.styled(f"  {mark}  {note}", "$quiet") for mark, note in noted(marks)]
        lines += [Content(f"\n{one.title} has no place: {one.why}.") for one in self.missing]
        return Content("\n").join(lines)
