"""Questions: one module and one widget for each kind."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.app.widgets.questions.base import QuestionWidget
    from tutor.quiz import Item

_WIDGETS = {
    "single": "SingleWidget",
    "multiple": "MultipleWidget",
    "numeric": "NumericWidget",
    "output": "OutputWidget",
    "order": "OrderWidget",
    "match": "MatchWidget",
    "code": "CodeWidget",
}


def widget_for(item: Item) -> QuestionWidget:
    """The widget in which this item is answered."""
    module = import_module(f"{__name__}.{item.kind}")
    widget: QuestionWidget = getattr(module, _WIDGETS[item.kind])(item)
    return widget
