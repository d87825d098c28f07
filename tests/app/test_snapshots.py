"""What every screen looks like: 80×24 and 120×40, dark and light.

After a change that is meant, look at the pictures in the report, then run with --snapshot-update.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from tests.app.conftest import begun, press, settled, until
from tests.app.fakes import PracticeEngine, write_solution
from tests.app.pictures import Scene, looks
from tests.chat_server import ChatServer, calls, refuses, says
from tutor.app.screens.chat import ChatScreen
from tutor.app.screens.course_map import CourseMapScreen
from tutor.app.screens.quiz import QuizScreen
from tutor.app.tutor_app import TutorApp
from tutor.course import load_content
from tutor.paths import ContentRoot
from tutor.settings import change


def app_of(pilot: Pilot[int]) -> TutorApp:
    assert isinstance(pilot.app, TutorApp)
    return pilot.app


async def course_map(pilot: Pilot[int]) -> None:
    store = app_of(pilot).engine.store
    for step in ("why", "idea"):
        store.record_event("step", "bits", {"step": step})
    write_solution(app_of(pilot).engine, "memory-footprint", good=True)
    await press(pilot, "down", "enter", "g", "q", "up")


async def lesson_step(pilot: Pilot[int]) -> None:
    await press(pilot, "enter")


async def lesson_idea(pilot: Pilot[int]) -> None:
    await press(pilot, "enter", "n")


async def demo_before(pilot: Pilot[int]) -> None:
    await press(pilot, "enter", "n", "n")


async def demo_after(pilot: Pilot[int]) -> None:
    await press(pilot, "enter", "n", "n", "3", "enter")


async def knobs(pilot: Pilot[int]) -> None:
    await press(pilot, "enter", "n", "n", "3", "k", "tab", "tab", "right")


async def ways_on(pilot: Pilot[int]) -> None:
    await press(pilot, "enter", "t")


async def _question(pilot: Pilot[int], kind: str, *keys: str) -> None:
    await press(pilot, "u")
    screen = pilot.app.screen
    assert isinstance(screen, QuizScreen)
    screen.sitting.position = [item.kind for item in screen.sitting.items.values()].index(kind)
    screen.show_question()
    await settled(pilot)
    await press(pilot, *keys)


async def single(pilot: Pilot[int]) -> None:
    await _question(pilot, "single", "2")


async def single_wrong(pilot: Pilot[int]) -> None:
    await _question(pilot, "single")
    screen = pilot.app.screen
    assert isinstance(screen, QuizScreen)
    wrong = [option.id for option in screen.sitting.item.options].index("four")
    await press(pilot, str(wrong + 1), "enter")


async def multiple(pilot: Pilot[int]) -> None:
    await _question(pilot, "multiple", "1", "3")


async def numeric(pilot: Pilot[int]) -> None:
    await _question(pilot, "numeric", "1", "4")


async def output(pilot: Pilot[int]) -> None:
    await _question(pilot, "output", "6", "4")


async def order(pilot: Pilot[int]) -> None:
    await _question(pilot, "order", "space", "down")


async def order_scored(pilot: Pilot[int]) -> None:
    await _question(pilot, "order", "shift+down", "enter")


async def match(pilot: Pilot[int]) -> None:
    await _question(pilot, "match", "b", "a")


async def code(pilot: Pilot[int]) -> None:
    await _question(pilot, "code", *"max(weights)")


async def summary(pilot: Pilot[int]) -> None:
    await press(pilot, "u")
    screen = pilot.app.screen
    assert isinstance(screen, QuizScreen)
    got = [1.0, 0.5, 1.0, 0.0, 1.0, 1.0, 1.0]
    screen.sitting.points.update(zip(screen.sitting.keys, ((one, 1.0) for one in got), strict=True))
    screen.show_summary()
    await settled(pilot)


async def _bench(pilot: Pilot[int], *keys: str, good: bool | None = None) -> None:
    if good is not None:
        write_solution(app_of(pilot).engine, "absmax-int8", good=good)
    app_of(pilot).open_exercise("absmax-int8")
    await settled(pilot)
    await press(pilot, *keys)


async def brief(pilot: Pilot[int]) -> None:
    await _bench(pilot)


async def verdict_failed(pilot: Pilot[int]) -> None:
    await _bench(pilot, "g", good=False)


async def verdict_passed(pilot: Pilot[int]) -> None:
    await _bench(pilot, "g", good=True)


async def _newer(pilot: Pilot[int], course: Path) -> None:
    """A pass, and then a course in which the stub has another docstring."""
    engine = app_of(pilot).engine
    await _bench(pilot, "g", "q", good=True)
    assert isinstance(engine, PracticeEngine)
    shutil.copytree(engine.root.root, course)
    stub = course / "exercises" / "absmax-int8" / "stub.py"
    stub.write_text(stub.read_text().replace("Codes and the scale.", "Codes, int8, and the scale of W."))
    engine.root = ContentRoot(course)
    engine.content = load_content(engine.root)


async def newer_map(pilot: Pilot[int]) -> None:
    await _newer(pilot, app_of(pilot).engine.home / "newer")
    app_of(pilot).back_to_map()
    screen = app_of(pilot).screen
    assert isinstance(screen, CourseMapScreen)
    screen.refresh_course()
    await press(pilot, *["down"] * 2)


async def newer_bench(pilot: Pilot[int]) -> None:
    await _newer(pilot, app_of(pilot).engine.home / "newer")
    await _bench(pilot)


async def newer_changes(pilot: Pilot[int]) -> None:
    await _newer(pilot, app_of(pilot).engine.home / "newer")
    await _bench(pilot, "v")


async def hints(pilot: Pilot[int]) -> None:
    await _bench(pilot, "h", "h")


async def attempts(pilot: Pilot[int]) -> None:
    await _bench(pilot, "g", good=False)
    path = app_of(pilot).engine.solution_path(app_of(pilot).engine.content.exercise("absmax-int8"))
    path.write_text("def quantize(W):\n    return W, 1\n")
    await press(pilot, "g", "4")


async def look(pilot: Pilot[int]) -> None:
    await _bench(pilot, "g", "5", good=False)


async def look_further(pilot: Pilot[int]) -> None:
    await _bench(pilot, "5", "pagedown", "pagedown", good=True)


async def compare(pilot: Pilot[int]) -> None:
    await attempts(pilot)
    await press(pilot, "home", "c", "end", "c")


async def editor(pilot: Pilot[int]) -> None:
    await _bench(pilot, "e", "down", "x")


async def settings(pilot: Pilot[int]) -> None:
    await press(pilot, "comma", "down", "down")


async def settings_field(pilot: Pilot[int]) -> None:
    await press(pilot, "comma", "end", "enter")


async def diff(pilot: Pilot[int]) -> None:
    await _bench(pilot, "d", good=True)


async def solution(pilot: Pilot[int]) -> None:
    await _bench(pilot, "g", "s", good=True)


async def prompts(pilot: Pilot[int]) -> None:
    await press(pilot, "i")


async def explaining(pilot: Pilot[int]) -> None:
    await _bench(pilot, "g", "x", good=False)


async def error_map(pilot: Pilot[int]) -> None:
    await _bench(pilot, "g", "q", good=True)
    await press(pilot, "m")


async def glossary(pilot: Pilot[int]) -> None:
    await press(pilot, "ctrl+g", "down", "down")


async def glossary_narrowed(pilot: Pilot[int]) -> None:
    await press(pilot, "ctrl+g", *"scale")


async def search(pilot: Pilot[int]) -> None:
    await press(pilot, "slash", *"scale", *["down"] * 4)


async def search_untyped(pilot: Pilot[int]) -> None:
    await press(pilot, "slash", "down")


async def nothing_found(pilot: Pilot[int]) -> None:
    await press(pilot, "slash", *"zzz")


ANSWER = (
    "A row's **largest magnitude** decides its scale, so *one* outlier takes the resolution from all others.\n\n"
    "```python\nscale = W.abs().max() / 127\n```\n\n"
    "| weights | scale | mean error |\n|---|---:|---:|\n| normal | 0.0273 | 0.0068 |\n"
    "| one is 1000 | 7.874 | 0.795 |\n\n"
    "1. What do you expect of the *median* weight?\n2. And why not `mean`?\n"
)


async def _ask(pilot: Pilot[int], question: str) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, ChatScreen)
    screen.field.cursor_blink = False  # before a line is drawn without it, and kept so by Textual
    screen.field.text = question
    await pilot.press("enter")
    await until(pilot, lambda: not screen.answering, 20)
    await settled(pilot)


async def chat(pilot: Pilot[int]) -> None:
    with ChatServer() as server:
        change(app_of(pilot).engine.home, "chat_url", server.url)
        change(app_of(pilot).engine.home, "chat_model", "small-instruct")
        server.then(
            calls(
                ("run_demo", {"lesson": "bits", "knobs": {"outlier": "0"}}),
                ("show_solution", {"exercise": "absmax-int8"}),
                text="Let me look.",
            ),
            says(*(ANSWER[at : at + 25] for at in range(0, len(ANSWER), 25))),
        )
        await press(pilot, "enter", "a")
        await _ask(pilot, "Why does one weight matter so much?")


async def chat_failed(pilot: Pilot[int]) -> None:
    with ChatServer() as server:
        change(app_of(pilot).engine.home, "chat_url", server.url)
        change(app_of(pilot).engine.home, "chat_model", "small-instruct")
        server.then(refuses(429, "Slow down", headers={"Retry-After": "0"}), says("A scale is", why="length"))
        await press(pilot, "enter", "a")
        await _ask(pilot, "What is a scale?")
    change(app_of(pilot).engine.home, "chat_url", "http://127.0.0.1:9/v1")
    await _ask(pilot, "Go on.\nAnd say why.")


async def chat_missing(pilot: Pilot[int]) -> None:
    await press(pilot, "enter", "a")


async def keys(pilot: Pilot[int]) -> None:
    await _bench(pilot, "question_mark")


async def problem(pilot: Pilot[int]) -> None:
    app_of(pilot).open_lesson("bytes")
    await settled(pilot)


async def own_words(pilot: Pilot[int]) -> None:
    app_of(pilot).open_own_words("bits", "why-not-fewer")
    await settled(pilot)
    pilot.app.screen.query_one(TextArea).insert("A wider step.")
    await press(pilot, "ctrl+s", "1", "down")


async def own_words_writing(pilot: Pilot[int]) -> None:
    app_of(pilot).open_own_words("bits", "who-pays")
    await settled(pilot)


SCREENS: list[Scene] = [
    own_words,
    course_map,
    lesson_idea,
    demo_after,
    ways_on,
    single_wrong,
    summary,
    brief,
    verdict_failed,
    look,
    compare,
    editor,
    settings,
    solution,
    prompts,
    explaining,
    error_map,
    chat,
    chat_missing,
    glossary,
    search,
    keys,
    problem,
]
"""One of each screen, in every look."""

STATES: list[Scene] = [
    lesson_step,
    demo_before,
    knobs,
    single,
    multiple,
    numeric,
    output,
    order,
    order_scored,
    match,
    code,
    verdict_passed,
    hints,
    newer_map,
    newer_bench,
    newer_changes,
    attempts,
    look_further,
    settings_field,
    diff,
    chat_failed,
    glossary_narrowed,
    search_untyped,
    nothing_found,
    own_words_writing,
]
"""Other states of the same screens."""


@pytest.mark.parametrize(("scene", "size", "theme"), looks(*SCREENS, *STATES))
def test_the_screen_looks_as_it_did(
    looks_as_it_did: Callable[..., bool], home: Path, scene: Scene, size: tuple[int, int], theme: str
) -> None:
    assert looks_as_it_did(lambda: TutorApp(PracticeEngine(home)), scene, begun, scene.__name__, size, theme)
