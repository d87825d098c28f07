"""An exercise again from the stub, after it was passed or its solution was seen."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tutor.app.screens.confirm import ConfirmScreen
from tutor.app.text import moment

if TYPE_CHECKING:
    from tutor.app.tutor_app import TutorApp
    from tutor.course import LoadedExercise


async def practise(app: TutorApp, exercise: LoadedExercise) -> bool:
    """Ask, and put the stub in the place of the learner's file; whether it was done. Runs in a worker."""
    first = app.engine.store.exercise_state(exercise.id).first_pass
    kept = f"your first pass, of {moment(datetime.fromisoformat(first))}, stays" if first else ""
    price = "; ".join(filter(None, ("Your file goes to the backups", kept))) + "."
    if not await app.push_screen_wait(ConfirmScreen("Begin again from the stub?", price, yes="Begin again")):
        return False
    app.engine.practise(exercise)
    return True
