"""Pieces to put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.app.text import inline
from tutor.app.widgets.questions.rows import RowsQuestion, sign_of

if TYPE_CHECKING:
    from tutor.quiz import Item


class OrderWidget(RowsQuestion):
    """Space takes a piece up, the arrows carry it, space puts it down; Shift carries at once."""

    KEYS: ClassVar[str] = "space takes a piece up and puts it down · ↑ ↓ carry it"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "take", "Take up / put down"),
        Binding("up,k", "carry(-1)", "Up", show=False, priority=True),
        Binding("down,j", "carry(1)", "Down", show=False, priority=True),
        Binding("shift+up,K", "push(-1)", "Move the piece up", show=False),
        Binding("shift+down,J", "push(1)", "Move the piece down", show=False),
    ]

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        self.order = [piece.id for piece in item.options]
        self.carrying = False
        self._scored = False

    def on_mount(self) -> None:
        super().on_mount()
        self.rows.cursor = 0

    @property
    def answer(self) -> list[str]:
        return list(self.order)

    def restore(self, draft: object) -> None:
        if isinstance(draft, list) and sorted(map(str, draft)) == sorted(self.order):
            self.order = [str(id) for id in draft]
            self.show()

    def lines(self) -> list[tuple[Content, Content]]:
        texts = {piece.id: piece.text for piece in self.item.options}
        lines = []
        for number, id in enumerate(self.order):
            held = self.carrying and number == self.rows.cursor
            right = self._scored and self.item.right_order[number] == id
            sign = sign_of(right) if self._scored else ("↕", "bold $accent") if held else ("≡", "$quiet")
            lead = Content.assemble((f"{number + 1}  ", "$quiet"), (f"{sign[0]}  ", sign[1]))
            text = inline(texts[id])
            if self._scored and not right:
                text += Content.styled(f"  → {self.item.right_order.index(id) + 1}", "$success")
            lines.append((lead, text.stylize("bold") if held else text))
        return lines

    def action_take(self) -> None:
        self.carrying = not self.carrying
        self.show()

    def action_carry(self, step: int) -> None:
        if self.carrying:
            self.action_push(step)
        else:
            self.rows.action_move(step)

    def action_push(self, step: int) -> None:
        here, there = self.rows.cursor, self.rows.cursor + step
        if 0 <= there < len(self.order):
            self.order[here], self.order[there] = self.order[there], self.order[here]
            self.rows.cursor = there
            self.touched()

    def mark(self, correct: bool) -> None:
        self.carrying, self._scored = False, True
        super().mark(correct)
