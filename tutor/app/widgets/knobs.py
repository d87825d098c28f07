"""What the learner may change about a demo: one row for each knob."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.validation import Number
from textual.widget import Widget
from textual.widgets import Input, Static

if TYPE_CHECKING:
    from tutor.course.models import Knob


class ChoiceField(Widget, can_focus=True):
    """One of a few words; left and right (or space) change it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "Other value", key_display="←→"),
        Binding("right,space", "turn(1)", "Other value", show=False),
    ]

    value: reactive[str] = reactive("")

    def __init__(self, choices: tuple[str, ...], value: str) -> None:
        super().__init__()
        self.choices = choices
        self.set_reactive(ChoiceField.value, value)

    def render(self) -> Content:
        return Content.assemble(("‹ ", "$quiet"), self.value, (" ›", "$quiet"))

    def action_turn(self, step: int) -> None:
        here = self.choices.index(self.value) if self.value in self.choices else 0
        self.value = self.choices[(here + step) % len(self.choices)]

    def on_click(self, event: events.Click) -> None:
        self.action_turn(1)


class Knobs(Vertical):
    """The knobs of a demo. Enter in one of them runs the demo again with what they say."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "run", "Run", priority=True),
        Binding("tab", "app.focus_next", "Next knob"),
        Binding("escape", "done", "Back to the text"),
        Binding("down", "app.focus_next", "Next knob", show=False),
        Binding("up", "app.focus_previous", "Previous knob", show=False),
    ]

    class Done(Message):
        """The learner is done with the knobs."""

    class Run(Message):
        """The learner asked for a run from inside a knob."""

    def __init__(self, knobs: tuple[Knob, ...]) -> None:
        super().__init__()
        self.knobs = knobs
        self.display = bool(knobs)

    def compose(self) -> ComposeResult:
        for knob in self.knobs:
            with Horizontal(classes="knob"):
                yield Static(knob.label, classes="label")
                yield _field(knob)
                yield Static(_help(knob), classes="help")

    def action_run(self) -> None:
        self.post_message(self.Run())

    def action_done(self) -> None:
        self.post_message(self.Done())

    def set_values(self, values: Mapping[str, str]) -> None:
        """Turn the named knobs; the others go back to their defaults."""
        for knob, field in zip(self.knobs, self._fields(), strict=True):
            field.value = values.get(knob.name, str(knob.default))

    def values(self) -> dict[str, str]:
        """What the fields hold, by the knobs' names."""
        return {
            knob.name: field.value.strip() for knob, field in zip(self.knobs, self._fields(), strict=True)
        }

    def problem(self) -> str | None:
        """Why the demo can't run with these values, or None."""
        for knob, field in zip(self.knobs, self._fields(), strict=True):
            if isinstance(field, Input) and (bad := field.validate(field.value)) and not bad.is_valid:
                return f"{knob.label}: {bad.failure_descriptions[0]}"
        return None

    def focus_first(self) -> None:
        """Go to the first field, if there is one."""
        for field in self._fields():
            field.focus()
            return

    def _fields(self) -> list[Input | ChoiceField]:
        return [field for field in self.query("*") if isinstance(field, Input | ChoiceField)]


def _field(knob: Knob) -> Input | ChoiceField:
    if knob.kind == "choice":
        return ChoiceField(knob.choices, str(knob.default))
    low, high = knob.minimum, knob.maximum
    span = (f" from {low:g}" if low is not None else "") + (f" up to {high:g}" if high is not None else "")
    return Input(
        str(knob.default),
        type="integer" if knob.kind == "int" else "number",
        validators=[Number(low, high, failure_description=f"a number{span}")],
        compact=True,
        select_on_focus=True,
    )


def _help(knob: Knob) -> Content:
    """What the author says of the knob, else the range it has; a wrong value is told with its range."""
    span = f"{knob.minimum:g} … {knob.maximum:g}" if None not in (knob.minimum, knob.maximum) else ""
    return Content.styled(knob.help or span, "$quiet")
