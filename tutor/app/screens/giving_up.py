"""When the solution may be seen: after the pass, or after all hints for the price of *seen*."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.amounts import counted
from tutor.app.screens.confirm import ConfirmScreen
from tutor.app.screens.solution import SolutionScreen

if TYPE_CHECKING:
    from tutor.app.tutor_app import TutorApp
    from tutor.course import LoadedExercise


async def show_solution(app: TutorApp, exercise: LoadedExercise) -> None:
    """Show it, ask whether to give up, or say how many hints remain. Runs in a worker."""
    engine = app.engine
    if not engine.may_see_solution(exercise):
        left = len(exercise.info.hints) - engine.store.hints_shown(exercise.id)
        if left > 0:
            app.notify(f"The solution is shown after a pass, or after {counted(left, 'more hint')}.")
            return
        question = "Give up and see the solution?"
        price = "The exercise then counts as seen, not mastered, and comes due again tomorrow."
        if not await app.push_screen_wait(ConfirmScreen(question, price, yes="Show it")):
            return
        engine.store.record_event("gave-up", exercise.id)
    app.push_screen(SolutionScreen(exercise))
