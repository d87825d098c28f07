"""What the app owes to the terminal it runs on: signals, suspension, signs it can draw, a last word after a fault."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from pathlib import Path

from rich.text import Text
from textual.app import App
from textual.binding import Binding
from textual.color import Color
from textual.worker import WorkerFailed

from tutor.app.screens.base import Keeping
from tutor.app.signs import AsciiSigns
from tutor.app.theme import THEMES
from tutor.errors import GraderFault, TutorProblem


class TerminalApp(App[int]):
    """An app that leaves its terminal sane and loses nothing, however it ends. ``home``: where a fault is written."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.home = home
        for theme in THEMES:
            self.register_theme(theme)
        self._ascii = AsciiSigns(enabled=False)
        self._filters.append(self._ascii)

    @property
    def ascii_signs(self) -> bool:
        """Whether signs and lines are drawn in ASCII."""
        return self._ascii.enabled

    @ascii_signs.setter
    def ascii_signs(self, wanted: bool) -> None:
        self._ascii.enabled = wanted

    def on_mount(self) -> None:
        self._heed_signals()
        self.app_resume_signal.subscribe(self, self._draw_anew)

    def _draw_anew(self, _app: object) -> None:
        """Back on a terminal that another program, or the shell, has used: nothing of the old screen is there."""
        for screen in self.screen_stack:
            screen.refresh(layout=True)
            for widget in screen.query("*"):
                widget.refresh()

    def _heed_signals(self) -> None:
        """Leave as by a key when the terminal goes away or somebody ends the program: all is kept, nothing runs on."""
        for name in ("SIGHUP", "SIGTERM"):
            if number := getattr(signal, name, None):
                with suppress(NotImplementedError, RuntimeError, ValueError):  # Windows; a thread of a test
                    asyncio.get_running_loop().add_signal_handler(number, self._leave_by_signal, int(number))

    def _leave_by_signal(self, number: int) -> None:
        self.keep_all()
        self.exit(return_code=128 + number)

    # --- leaving --------------------------------------------------------------------------------

    async def action_quit(self) -> None:
        self.keep_all()
        self.exit()

    def keep_all(self) -> None:
        """Have every screen remember its place and what is half written."""
        for screen in self.screen_stack:
            if isinstance(screen, Keeping):
                screen.keep()

    def _fatal_error(self) -> None:
        """A fault of our own: the traceback goes to a file, the learner reads one line."""
        cause = self._exception.error if isinstance(self._exception, WorkerFailed) else self._exception
        problem = (
            cause
            if isinstance(cause, TutorProblem)
            else GraderFault(
                "The tutor met a fault of its own and had to stop. Nothing you did is lost.",
                where=self._keep_traceback(),
                next_step="Start it again; if it stops again, 'tutor report' gathers what a bug report needs.",
            )
        )
        self._return_code = problem.exit_code
        self.panic(Text(f"tutor: {problem}"))

    def _keep_traceback(self) -> str:
        """Write the traceback of the exception being handled into the home; the file's path."""
        import traceback

        path = self.home / "fault.txt"
        try:
            path.write_text(traceback.format_exc(), encoding="utf-8")
        except OSError:
            return str(self.home)
        return str(path)

    # --- keys and colours -----------------------------------------------------------------------

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours that only the tutor's own themes name, mixed from those that every theme has."""
        theme = self.current_theme
        colours = theme.to_color_system().generate()
        ground, text = Color.parse(colours["background"]), Color.parse(colours["foreground"])
        shares = {"quiet": 0.65, "faint": 0.3, "rule": 0.2, "bar": 0.05}
        return {name: ground.blend(text, share, alpha=1.0).hex for name, share in shares.items()}

    def get_key_display(self, binding: Binding) -> str:
        """A key by its sign, or by its name where signs are ASCII."""
        shown = super().get_key_display(binding)
        return shown if shown.isascii() or not self.ascii_signs else binding.key.partition(",")[0]
