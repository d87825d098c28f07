"""The bottom line: the keys that matter now, as many as fit."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget

GAP = 2


class KeyBar(Widget):
    """One line of ``key what-it-does``, from the bindings that are active and meant to be shown.

    The last place belongs to the list of all keys. When the terminal is narrow the bindings that
    come later in a screen's list are left out first. A click presses the key.
    """

    ALLOW_SELECT = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: object) -> None:
        self.refresh()

    def render(self) -> RenderResult:
        parts = [
            Content.assemble((self._key(binding), "bold $primary"), " ", (binding.description, "$quiet"))
            for binding in self._fitting()
        ]
        return Content(" " * GAP).join(parts)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        x = offset.x if offset is not None else -1
        for binding in self._fitting():
            width = self._width(binding)
            if 0 <= x < width:
                self.app.simulate_key(binding.key)
                return
            x -= width + GAP

    def _fitting(self) -> list[Binding]:
        """The bindings that fit in the line, in the order of the screen, the list of keys last."""
        bindings = self._shown()
        last = [binding for binding in bindings if binding.action == "keys"]
        room = self.content_size.width + GAP - sum(self._width(binding) + GAP for binding in last)
        fitting: list[Binding] = []
        for binding in bindings:
            if binding in last:
                continue
            room -= self._width(binding) + GAP
            if room < 0:
                break
            fitting.append(binding)
        return [*fitting, *last]

    def _shown(self) -> list[Binding]:
        shown: dict[str, Binding] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled:
                shown.setdefault(binding.action, binding)
        return list(shown.values())

    def _key(self, binding: Binding) -> str:
        return self.app.get_key_display(binding)

    def _width(self, binding: Binding) -> int:
        return cell_len(self._key(binding)) + 1 + cell_len(binding.description)
