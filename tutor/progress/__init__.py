"""What the learner did, what it comes to, and the folder they work in."""

from __future__ import annotations

from tutor.progress import workspace
from tutor.progress.records import Answer, Attempt, Event
from tutor.progress.review import DueItem, due_items
from tutor.progress.standing import NextStep, Standing, forecast, standing
from tutor.progress.store import Store

__all__ = [
    "Answer",
    "Attempt",
    "DueItem",
    "Event",
    "NextStep",
    "Standing",
    "Store",
    "due_items",
    "forecast",
    "standing",
    "workspace",
]
