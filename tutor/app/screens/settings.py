"""The settings: what each means, where its value comes from, and a way to change it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tutor.app.screens.base import TutorScreen
from tutor.app.text import shown_path
from tutor.app.theme import THEMES
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.top_bar import TopBar
from tutor.course.translations import has_texts_in
from tutor.errors import TutorProblem, UsageProblem
from tutor.settings import FILE, SETTINGS, Chosen, Setting
from tutor.settings import shown as as_written

NAMES = {
    "theme": "Theme",
    "glyphs": "Signs",
    "motion": "Motion",
    "editor": "Editor",
    "wrap": "Wrap lines",
    "device": "Device",
    "assistant": "Assistant",
    "language": "Language",
    "chat_url": "Chat address",
    "chat_model": "Chat model",
    "chat_context": "Chat context",
    "daily_cap": "Questions a day",
}


class SettingsScreen(TutorScreen):
    """Enter changes what the cursor is on: the next choice, or a field to write in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "step(1)", "Next choice"),
        Binding("left", "step(-1)", "Choice before", show=False),
        Binding("e", "write", "Write a value"),
        Binding("d", "default", "Default"),
        Binding("escape", "leave", "Back", show=False),
        Binding("q", "leave", "Back"),
    ]

    def compose(self) -> ComposeResult:
        yield TopBar(self.app.title, "Settings")
        yield SettingsList()
        yield Static(id="setting-about")
        yield ValueField(id="setting-value")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(TopBar).note = shown_path(self.tutor.engine.home / FILE)
        self.query_one(Input).display = False
        self.show()
        # The palette changes the theme, too; the app heard of it first and has written it down.
        self.app.theme_changed_signal.subscribe(self, lambda _: self.show())
        self.query_one(SettingsList).focus()

    @property
    def setting(self) -> Setting:
        return SETTINGS[self.query_one(SettingsList).highlighted or 0]

    @property
    def chosen(self) -> Chosen:
        return self.tutor.settings.chosen[self.setting.key]

    def show(self) -> None:
        """Draw every setting as it stands now; the cursor stays."""
        listed = self.query_one(SettingsList)
        at = listed.highlighted or 0
        listed.clear_options()
        listed.add_options(Option(_line(self.tutor.settings.chosen[one.key])) for one in SETTINGS)
        listed.highlighted = at
        self.tell()

    @on(OptionList.OptionHighlighted)
    def tell(self) -> None:
        one = self.chosen
        lines = [Content(one.setting.about), Content.styled(f"Allowed: {one.setting.allowed}.", "$quiet")]
        if one.origin not in ("", FILE):
            told = f"{one.origin} is set in the environment, and wins over what is set here."
            lines.append(Content.assemble(("! ", "bold $accent"), told))
        self.query_one("#setting-about", Static).update(Content("\n").join(lines))
        self.refresh_bindings()

    # --- changing -----------------------------------------------------------------------------------

    @on(OptionList.OptionSelected)
    def change_it(self) -> None:
        """Enter: the next choice where there are some to go through, else the field."""
        if _choices(self.setting):
            self.action_step(1)
        else:
            self.action_write()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        if action == "step":
            return bool(_choices(self.setting))
        if action == "default":
            return self.chosen.origin == FILE
        if action == "write":
            return not isinstance(self.setting.default, bool) and bool(
                self.setting.free or not self.setting.choices
            )
        return True

    def action_step(self, by: int) -> None:
        choices = _choices(self.setting)
        now = as_written(self.chosen.value)
        at = choices.index(now) if now in choices else -by
        self.set_to(choices[(at + by) % len(choices)])

    def action_write(self) -> None:
        field = self.query_one(Input)
        field.value = as_written(self.chosen.value)
        field.display = True
        self.tell()
        field.focus()

    def action_default(self) -> None:
        self.set_to(None)

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        event.stop()
        if self.set_to(event.value):
            self._close_field()

    def set_to(self, word: str | None) -> bool:
        """Whether the setting could be changed, for None to its default; if not, it is told why."""
        self.app.clear_notifications()  # of a value before, which said what was wrong with that one
        try:
            self.tutor.change_setting(self.setting.key, word)
        except UsageProblem as problem:
            self.notify(f"{problem.message} {problem.next_step}", severity="warning", markup=False)
            return False
        except TutorProblem as problem:
            self.tutor.show_problem(problem)
            return False
        self.show()
        if self.setting.key == "language" and not has_texts_in(
            self.tutor.engine.root, self.tutor.settings.language
        ):
            self.notify(
                "Nothing in the course is translated into it yet: its own texts are shown.", markup=False
            )
        return True

    def _close_field(self) -> None:
        self.query_one(Input).display = False
        self.tell()
        self.query_one(SettingsList).focus()

    def action_leave(self) -> None:
        if self.query_one(Input).has_focus:
            self.app.clear_notifications()
            self._close_field()
        else:
            self.dismiss()


class ValueField(Input):
    """The field in which a value is written."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Take it"),
        Binding("escape", "screen.leave", "Leave it as it was"),
    ]


class SettingsList(OptionList):
    """One line a setting."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Change"),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("j", "cursor_down", "Down", show=False),
    ]


def _choices(setting: Setting) -> list[str]:
    """What Enter goes through."""
    if isinstance(setting.default, bool):
        return ["on", "off"]
    if setting.key == "theme":
        return [theme.name for theme in THEMES]
    return list(setting.choices) if len(setting.choices) > 1 else []


def _line(one: Chosen) -> Content:
    origin = {"": "", FILE: "set here"}.get(one.origin, f"by {one.origin}")
    return Content.assemble(
        f" {NAMES[one.setting.key]:<18}",
        (f"{as_written(one.value) or '(empty)':<24}", "bold"),
        (origin, "$quiet"),
    )
