"""The kinds of question, registered here. A new one is a module beside this and a line below.

What its YAML may say is a model in ``tutor.course.questions``; how it is shown is a widget of the app.
"""

from __future__ import annotations

from tutor.quiz.items import Item
from tutor.quiz.kinds.code import CodeItem
from tutor.quiz.kinds.match import MatchItem
from tutor.quiz.kinds.multiple import MultipleItem
from tutor.quiz.kinds.numeric import NumericItem
from tutor.quiz.kinds.order import OrderItem
from tutor.quiz.kinds.output import OutputItem
from tutor.quiz.kinds.single import SingleItem

KINDS: dict[str, type[Item]] = {
    item.kind: item
    for item in (SingleItem, MultipleItem, NumericItem, OutputItem, OrderItem, MatchItem, CodeItem)
}

__all__ = ["KINDS"]
