"""What is remembered of a demo that ran: where, with which knobs, and what it printed, which the lesson pack quotes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.progress.records import Event
    from tutor.progress.store import Store

KEPT_OUTPUT = 20_000  # characters


def remember_demo(store: Store, lesson: str, device: str, knobs: Mapping[str, str], output: str) -> None:
    """Record a run; of a longer ``output`` its beginning."""
    store.record_event(
        "demo", lesson, {"device": device, "knobs": dict(knobs), "output": output[:KEPT_OUTPUT]}
    )


def last_demo(store: Store, lesson: str) -> Event | None:
    """The last run of a lesson's demo that printed something; its ``data`` holds ``knobs`` and ``output``."""
    runs = reversed(store.events("demo", lesson))
    return next((run for run in runs if run.data.get("output")), None)
