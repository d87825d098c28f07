"""What the first frame may not wait for."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import tutor.app.tutor_app
heavy = "torch numpy pydantic yaml markdown_it pygments watchfiles jinja2 fsrs".split()
rooms = [f"tutor.{room}" for room in "course grading quiz sandbox progress assist".split()]
print([name for name in [*heavy, *rooms] if name in sys.modules])
"""


def test_the_app_imports_nothing_heavy_before_its_first_frame() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


WALK = """
import asyncio, sys
from pathlib import Path
from tests.app.fakes import PracticeEngine
from tutor.app.tutor_app import TutorApp

async def walk() -> None:
    app = TutorApp(PracticeEngine(Path(sys.argv[1])))
    async with app.run_test() as pilot:
        await app.workers.wait_for_complete()
        for key in "enter n n 1 enter q u 1 enter escape i escape down enter enter enter".split():
            await pilot.press(key)
            await app.workers.wait_for_complete()

asyncio.run(walk())
print("torch" in sys.modules)
"""


def test_torch_is_never_imported_by_a_walk_through_the_screens(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WALK, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


CHAT = """
import sys
import tutor.app.screens.chat, tutor.assist.chat, tutor.cli.chatting
print([name for name in "openai keyring httpx2 torch".split() if name in sys.modules])
"""


def test_the_client_of_the_chat_is_imported_when_a_question_is_asked() -> None:
    done = subprocess.run([sys.executable, "-c", CHAT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
