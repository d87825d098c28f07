"""How the app is drawn in a browser: by Textual's own driver, mended where it meets the ends of a session.

Textual's driver believes that a window has no focus when the app starts, even if the window said so before; it drops
what was not kept yet when the window is closed; and it goes on forever when the server dies.
"""

from __future__ import annotations

from textual.drivers.web_driver import WebDriver
from textual.events import AppFocus, Key


class PageDriver(WebDriver):
    """Reads keys, focus and size as packets on standard input, and writes packets to standard output."""

    _focused = False

    def start_application_mode(self) -> None:
        super().start_application_mode()  # posts AppBlur, later
        self._app.call_later(self._repeat_focus)

    def _repeat_focus(self) -> None:
        if self._focused:
            self._app.post_message(AppFocus())

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        if packet_type in ("focus", "blur"):
            self._focused = packet_type == "focus"
        if packet_type == "quit":
            self._leave()
        else:
            super().on_meta(packet_type, payload)

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():  # the input ended before the app did
            self._leave()

    def _leave(self) -> None:
        """Leave as by Ctrl+Q, which keeps what was typed."""
        self.process_message(Key("ctrl+q", None))
