"""Lefts and rights that belong together."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.app.text import inline
from tutor.app.widgets.questions.rows import Rows, RowsQuestion, sign_of

if TYPE_CHECKING:
    from tutor.quiz import Item

LETTERS = ascii_lowercase[:12]


class MatchWidget(RowsQuestion):
    """The lefts are rows; a letter gives the row under the cursor its right."""

    KEYS: ClassVar[str] = "↑ ↓ choose a row · its partner's letter, or ← →, gives it a partner"
    MISSING: ClassVar[str] = "Give every row a partner first."
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(letter, f"pair({n})", f"Partner {letter}", show=False) for n, letter in enumerate(LETTERS)),
        Binding("up", "rows_move(-1)", "Up", show=False, priority=True),
        Binding("down", "rows_move(1)", "Down", show=False, priority=True),
        Binding("left", "turn(-1)", "Other partner", key_display="←→"),
        Binding("right", "turn(1)", "Other partner", show=False),
    ]

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        self.pairs: dict[str, str] = {}
        self._scored = False
        self.legend = Rows(classes="legend")
        self.legend.can_focus = False

    def compose(self) -> ComposeResult:
        yield self.rows
        yield self.legend

    def on_mount(self) -> None:
        super().on_mount()
        self.legend.show(
            [
                (Content.styled(f"{letter}  ", "bold $primary"), inline(right.text))
                for letter, right in zip(LETTERS, self.item.right, strict=False)
            ]
        )
        self.rows.cursor = 0

    @property
    def answer(self) -> dict[str, str] | None:
        return dict(self.pairs) if len(self.pairs) == len(self.item.left) else None

    @property
    def draft(self) -> object:
        return dict(self.pairs)

    def restore(self, draft: object) -> None:
        if isinstance(draft, dict):
            lefts, rights = {left.id for left in self.item.left}, {right.id for right in self.item.right}
            self.pairs = {str(k): str(v) for k, v in draft.items() if k in lefts and v in rights}
            self.show()

    def lines(self) -> list[tuple[Content, Content]]:
        names = {right.id: (LETTERS[n], right.text) for n, right in enumerate(self.item.right)}
        widest = max(inline(left.text).cell_length for left in self.item.left)
        lines = []
        for left in self.item.left:
            text = inline(left.text)
            lead = text.pad_right(widest - text.cell_length) + Content.styled("  →  ", "$quiet")
            if left.id in self.pairs:
                letter, partner = names[self.pairs[left.id]]
                sign, colour = self._sign(left.id) if self._scored else (letter, "bold $primary")
                lines.append((lead, Content.assemble((f"{sign}  ", colour), inline(partner))))
            else:
                lines.append((lead, Content.styled("?", "$quiet")))
        return lines

    def _sign(self, left: str) -> tuple[str, str]:
        """The sign of a pair once the answer was scored."""
        return sign_of(self.pairs[left] == self.item.right_pairs[left])

    def mark(self, correct: bool) -> None:
        """Each pair has its sign in the place of its letter; the letters are not needed any more."""
        self._scored = True
        self.legend.display = False
        super().mark(correct)

    def action_rows_move(self, step: int) -> None:
        self.rows.action_move(step)

    def action_pair(self, number: int) -> None:
        """Give the row a partner, and go on to the next row that has none."""
        if number >= len(self.item.right):
            return
        lefts = [left.id for left in self.item.left]
        here = self.rows.cursor
        self.pairs[lefts[here]] = self.item.right[number].id
        waiting = [
            row for row in [*range(here + 1, len(lefts)), *range(here)] if lefts[row] not in self.pairs
        ]
        if waiting:
            self.rows.cursor = waiting[0]
        self.touched()

    @on(Rows.Clicked)
    def pair_clicked(self) -> None:
        """A partner that was clicked goes to the row under the cursor."""
        number, self.legend.cursor = self.legend.cursor, -1
        if number >= 0 and not self.locked:
            self.action_pair(number)

    def action_turn(self, step: int) -> None:
        left = self.item.left[self.rows.cursor].id
        rights = [right.id for right in self.item.right]
        here = rights.index(self.pairs[left]) if left in self.pairs else (-1 if step > 0 else 0)
        self.pairs[left] = rights[(here + step) % len(rights)]
        self.touched()
