"""Draws the README's pictures: the app itself, over the real course, with a real grading.

    python docs/pictures/draw.py

Writes lesson.svg, quiz.svg, verdict.svg and look.svg beside this file.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
SIZE = (84, 28)
SEED = 4

sys.path.insert(0, str(REPOSITORY))
os.environ["TUTOR_NO_MOTION"] = "1"


async def main() -> None:
    from textual.pilot import Pilot

    from tutor.app.engine import Engine
    from tutor.app.screens.quiz import QuizScreen
    from tutor.app.tutor_app import TutorApp
    from tutor.paths import ContentRoot

    async def settled(pilot: Pilot[int]) -> None:
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()

    def keep(app: TutorApp, name: str) -> None:
        app.clear_notifications()
        (HERE / f"{name}.svg").write_text(app.export_screenshot(title="tutor"), encoding="utf-8")

    with tempfile.TemporaryDirectory() as home:
        os.environ["TUTOR_HOME"] = os.environ["HOME"] = home
        app = TutorApp(Engine(ContentRoot(REPOSITORY), Path(home)))
        async with app.run_test(size=SIZE) as pilot:
            await settled(pilot)
            app.open_lesson("bits")
            await settled(pilot)
            await settled(pilot)
            keep(app, "lesson")

            app.back_to_map()
            asked = {"bits": list(app.engine.content.lesson("bits").items)}
            sitting: dict[str, Any] = {
                "seed": SEED,
                "asked": asked,
                "position": 0,
                "points": {},
                "drafts": {},
            }
            app.engine.store.set_bookmark("quiz:bits", sitting)
            app.open_quiz("bits")
            await settled(pilot)
            quiz = app.screen
            assert isinstance(quiz, QuizScreen)
            kinds = [item.kind for item in quiz.sitting.items.values()]
            quiz.sitting.position = kinds.index("single")
            quiz.show_question()
            await settled(pilot)
            await pilot.press("2", "enter")
            await settled(pilot)
            await pilot.pause()
            keep(app, "quiz")

            app.back_to_map()
            exercise = app.engine.content.exercise("per-row-scales")
            wrong = app.engine.start(exercise)
            wrong.write_bytes((exercise.grader_folder / "wrong" / "scale-from-signed-max.py").read_bytes())
            app.open_exercise(exercise.id)
            await settled(pilot)
            await pilot.press("g")
            await settled(pilot)
            await pilot.pause()
            keep(app, "verdict")

            wrong.write_bytes(exercise.reference.read_bytes())
            await pilot.press("5")
            await settled(pilot)
            await pilot.press("pagedown")
            await pilot.pause()
            keep(app, "look")
            await app.engine.close()


if __name__ == "__main__":
    asyncio.run(main())
