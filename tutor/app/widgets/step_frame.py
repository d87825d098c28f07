"""The frame in which a lesson's step is read, and whether all of it was in sight."""

from __future__ import annotations

from textual.containers import VerticalScroll

from tutor.app.widgets.demo_panel import DemoPanel

LINES_KEPT = 2  # of the text that was read, when the reader turns to what is below the fold
BLANK_LINES = {"step": 1, "demo": 3}  # below the last line of either


class StepFrame(VerticalScroll):
    """Scrolls a step. Whenever ``below_fold`` changes, the key bar is drawn anew: Enter means something else then."""

    below_fold = False
    """Whether a part of the step has not come into sight yet."""

    def on_mount(self) -> None:
        self.watch(self, "scroll_y", self._look_below_fold, init=False)
        self.watch(self, "virtual_size", self._look_below_fold, init=False)

    def on_resize(self) -> None:
        self.call_after_refresh(self._look_below_fold)

    def _look_below_fold(self) -> None:
        blank = BLANK_LINES["demo" if self.query(DemoPanel) else "step"]
        below = self.max_scroll_y - self.scroll_y > blank
        if below != self.below_fold:
            self.below_fold = below
            self.screen.refresh_bindings()

    def read_on(self) -> None:
        """Turn to what is below the fold; the last lines that were read stay in sight."""
        self.scroll_relative(y=max(1, self.size.height - LINES_KEPT), animate=False)

    def turn_page(self, direction: int) -> None:
        """A page down (1) or up (-1)."""
        (self.scroll_page_down if direction > 0 else self.scroll_page_up)(animate=False)
