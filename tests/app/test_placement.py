"""The placement test, reviews that are spread over days, steps to be read again, practice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.conftest import Running, begun, press, settled, shown, told, until
from tests.app.fakes import Clock, PracticeEngine, write_solution
from tests.app.pictures import Scene, looks
from tutor.app.screens.confirm import ConfirmScreen
from tutor.app.screens.course_map import CourseMapScreen
from tutor.app.screens.lesson import LessonScreen
from tutor.app.screens.placement import PlacementScreen
from tutor.app.screens.quiz import QuizScreen
from tutor.app.screens.workbench import WorkbenchScreen
from tutor.app.tutor_app import TutorApp
from tutor.progress.workspace import backups

RIGHT = {"bits-footprint": "7", "bits-prints": "64", "bits-code": "max(abs(w) for w in weights)"}


def engine_of(pilot: Pilot[int]) -> PracticeEngine:
    assert isinstance(pilot.app, TutorApp)
    assert isinstance(pilot.app.engine, PracticeEngine)
    return pilot.app.engine


def turn(engine: PracticeEngine, **span: float) -> None:
    clock = engine.store.now
    assert isinstance(clock, Clock)
    clock.time += timedelta(**span)


def miss(engine: PracticeEngine, item: str, times: int = 1) -> None:
    for seed in range(times):
        engine.store.record_answer(item, "bits", "numeric", seed, "9", 0, 1)


async def begin(pilot: Pilot[int]) -> QuizScreen:
    await press(pilot, "p", "enter")
    screen = pilot.app.screen
    assert isinstance(screen, QuizScreen)
    return screen


async def answer(pilot: Pilot[int], screen: QuizScreen, *, right: bool) -> None:
    """Fill in the answer to the question that is shown, and have it judged."""
    assert screen.question is not None
    screen.question.restore(RIGHT[screen.sitting.item.id] if right else "9")
    await press(pilot, "enter")


async def answer_all(pilot: Pilot[int], screen: QuizScreen) -> None:
    """Every question, right."""
    for _ in range(len(screen.sitting.open)):
        await answer(pilot, screen, right=True)
        await press(pilot, "enter")
    assert screen.state == "summary"


# --- the placement test ----------------------------------------------------------------------------


async def test_p_says_first_what_the_test_does_and_enter_begins_it(running: Running) -> None:
    async with running() as pilot:
        line = shown(pilot).splitlines()[-1]
        assert "p Placement" in line
        assert "q Quit" in line, "a beginner sees how to leave, too"
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, PlacementScreen)
        text = " ".join(shown(pilot).split())
        for said in ("tested out", "may be skipped", "nothing is lost", "reviewed", "minutes", "2 in all"):
            assert said in text
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, QuizScreen)
        assert pilot.app.screen.sitting.placement


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_the_first_page_can_be_left(running: Running, key: str) -> None:
    async with running() as pilot:
        await press(pilot, "p", key)
        assert isinstance(pilot.app.screen, CourseMapScreen)


async def test_all_right_tests_the_lesson_out_and_the_summary_says_where_to_begin(
    running: Running, engine: PracticeEngine
) -> None:
    async with running(size=(100, 30)) as pilot:
        screen = await begin(pilot)
        await answer_all(pilot, screen)
        text = shown(pilot)
        assert "1 of 1 lesson tested out" in text
        assert "◆ How few bits are enough" in text
        assert "Begin here" in text
        assert engine.store.bookmark("quiz:placement") is None
        standing = engine.standing()
        assert standing.tested_out == {"bits"}
        assert {standing.exercise(one) for one in ("memory-footprint", "absmax-int8")} == {"tested-out"}
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, LessonScreen)
        assert pilot.app.screen.lesson.id == "scales", "what comes next lies behind what is tested out"
        await press(pilot, "q")
        assert "◆  How few bits are enough" in shown(pilot)
        await press(pilot, "home", "enter")
        assert isinstance(pilot.app.screen, LessonScreen), "it stays open to be read"


async def test_a_miss_ends_the_questions_of_its_lesson(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        screen = await begin(pilot)
        assert len(screen.sitting.items) == 2
        await answer(pilot, screen, right=False)
        assert "This lesson is yours to learn: 1 more question of it will not be asked." in shown(pilot)
        await press(pilot, "enter")
        assert screen.state == "summary"
        assert "0 of 1 lesson tested out" in shown(pilot)
        assert "0 of 2 answered right" in shown(pilot)
        assert engine.standing().exercise("absmax-int8") == "new"
        assert len(engine.store.answers("bits")) == 1, "what was skipped is no answer"


async def test_any_question_may_be_skipped(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        screen = await begin(pilot)
        await answer(pilot, screen, right=True)
        await press(pilot, "enter")
        assert "^n Skip" in shown(pilot).splitlines()[-1]
        await press(pilot, "ctrl+n")
        assert screen.state == "summary"
        assert engine.standing().tested_out == frozenset()
        assert len(engine.store.answers("bits")) == 1


async def test_a_test_that_was_left_goes_on_in_the_app_and_keeps_what_was_answered(
    running: Running, home: Path
) -> None:
    async with running() as pilot:
        screen = await begin(pilot)
        first = screen.sitting.item.id
        await answer(pilot, screen, right=True)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, CourseMapScreen)
    async with running(over=PracticeEngine(home)) as pilot:
        await press(pilot, "p")
        assert "1 of 2 questions lie behind you; Enter goes on." in shown(pilot)
        await press(pilot, "enter")
        screen = pilot.app.screen  # type: ignore[assignment]
        assert isinstance(screen, QuizScreen)
        assert screen.sitting.item.id != first
        await answer(pilot, screen, right=True)
        await press(pilot, "enter")
        assert "1 of 1 lesson tested out" in shown(pilot), "the answers before count too"


async def test_the_line_of_keys_offers_the_test_to_beginners_and_the_key_stays(
    running: Running, engine: PracticeEngine
) -> None:
    async with running(size=(100, 40)) as pilot:
        miss(engine, "bits-footprint")
        await press(pilot, "i", "q")
        assert "Placement" not in shown(pilot).splitlines()[-1]
        await press(pilot, "question_mark")
        assert "p   Placement test" in shown(pilot)
        await press(pilot, "escape", "p")
        assert isinstance(pilot.app.screen, PlacementScreen)


async def test_with_nothing_left_to_place_it_says_so(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        engine.store.record_event("placed", "bits")
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, CourseMapScreen)
        assert "nothing left to place" in told(pilot)


# --- reviews -----------------------------------------------------------------------------------------


async def overdue(pilot: Pilot[int], *, cap: int = 2) -> None:
    """Five items that were missed days ago, and a cap of fewer a day."""
    engine = engine_of(pilot)
    engine.store.daily_cap = cap
    for item in ("bits-bytes", "bits-lost", "bits-footprint", "bits-prints", "bits-order"):
        miss(engine, item)
    turn(engine, days=3)
    engine.store.record_answer("bits-match", "bits", "match", 1, {}, 1, 1)
    pilot.app.screen.refresh_course()  # type: ignore[attr-defined]
    await settled(pilot)


async def test_the_map_counts_todays_share_and_says_how_many_wait(running: Running) -> None:
    async with running() as pilot:
        await overdue(pilot)
        text = shown(pilot)
        assert "Review 2 questions · 3 wait for tomorrow" in text
        assert "↻ 2 due, 3 wait" in text
        await press(pilot, "home", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, QuizScreen)
        assert len(screen.sitting.items) == 2


async def test_when_todays_share_is_done_the_rest_waits(running: Running) -> None:
    async with running() as pilot:
        await overdue(pilot)
        engine = engine_of(pilot)
        for one in engine.standing().due_items:
            engine.store.record_answer(one.item, one.lesson, "single", 2, "x", 1, 1)
        await press(pilot, "i", "q", "home")
        assert "✓  Today's review is done · 3 wait for tomorrow" in shown(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, CourseMapScreen)
        assert "Today's 2 are done; 3 wait for tomorrow." in told(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_row_of_the_review_shows_the_days_to_come(running: Running, size: tuple[int, int]) -> None:
    async with running(size=size) as pilot:
        await overdue(pilot)
        await press(pilot, "home")
        text = shown(pilot)
        assert "2   2   2" in text, "six in shares of two"
        assert "Th  Fr  Sa" in text
        assert "██" in text


async def test_the_cap_follows_the_settings(running: Running) -> None:
    async with running() as pilot:
        assert engine_of(pilot).store.daily_cap == 20
        pilot.app.change_setting("daily_cap", "7")  # type: ignore[attr-defined]
        assert engine_of(pilot).store.daily_cap == 7


# --- steps to be read again --------------------------------------------------------------------------


async def missed_again(pilot: Pilot[int]) -> None:
    """The lesson is read and half done, and a question about its first step was missed three times."""
    engine = engine_of(pilot)
    for step in engine.content.lesson("bits").steps:
        engine.store.record_event("step", "bits", {"step": step})
    for _ in range(3):
        miss(engine, "bits-footprint")
        turn(engine, hours=3)
    pilot.app.screen.refresh_course()  # type: ignore[attr-defined]
    await settled(pilot)


async def test_what_is_missed_three_times_is_to_be_reread_until_it_was(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await missed_again(pilot)
        await press(pilot, "escape")
        text = shown(pilot)
        assert "↻  How few bits are enough" in text
        assert "To be reread: Two cards of 80 GB." in text
        assert engine.standing().next.step == "why"
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, LessonScreen)
        assert "↻ To be read once more." in shown(pilot)
        assert engine.standing().reread == {}
        await press(pilot, "n", "p")
        assert "To be read once more" not in shown(pilot), "it was read again"


async def test_the_third_miss_says_that_the_step_is_open_again_and_l_rereads_it(
    running: Running, engine: PracticeEngine
) -> None:
    async with running(size=(80, 30)) as pilot:
        engine.store.record_event("step", "bits", {"step": "why"})
        miss(engine, "bits-footprint", 2)
        await press(pilot, "u")
        screen = pilot.app.screen
        assert isinstance(screen, QuizScreen)
        screen.sitting.position = screen.sitting.keys.index("bits-footprint")
        screen.show_question()
        await settled(pilot)
        await press(pilot, "9", "enter")
        assert "the step is open again" in shown(pilot)
        await press(pilot, "l")
        assert isinstance(pilot.app.screen, LessonScreen)
        assert engine.standing().reread == {}


# --- practice ------------------------------------------------------------------------------------------


async def passed_bench(pilot: Pilot[int]) -> WorkbenchScreen:
    engine = engine_of(pilot)
    write_solution(engine, "absmax-int8", good=True)
    pilot.app.open_exercise("absmax-int8")  # type: ignore[attr-defined]
    await settled(pilot)
    await press(pilot, "g")
    assert isinstance(pilot.app.screen, WorkbenchScreen)
    return pilot.app.screen


async def to_the_question(pilot: Pilot[int], act: Callable[[], object]) -> None:
    """Until it is asked whether to begin again; a worker waits for the answer, so nothing settles."""
    came = act()
    if isinstance(came, Awaitable):
        await came
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
    await pilot.pause()


async def test_p_begins_again_from_the_stub_and_keeps_file_and_pass(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        screen = await passed_bench(pilot)
        path = engine.solution_path(screen.exercise)
        mine, before = path.read_bytes(), engine.store.exercise_state("absmax-int8")
        await to_the_question(pilot, lambda: pilot.press("p"))
        assert "your first pass, of 03 Mar" in shown(pilot)
        await press(pilot, "n")
        assert path.read_bytes() == mine
        await to_the_question(pilot, lambda: pilot.press("p"))
        await press(pilot, "y")
        assert path.read_bytes() == screen.exercise.stub.read_bytes()
        assert [one.path.read_bytes() for one in backups(engine.home)] == [mine]
        after = engine.store.exercise_state("absmax-int8")
        assert (after.first_pass, after.started) == (before.first_pass, before.started)
        assert "Begun again from the stub" in shown(pilot)
        assert "⏎ Fill it in" in shown(pilot).splitlines()[-1]
        await press(pilot, "q")
        pilot.app.open_exercise("absmax-int8")  # type: ignore[attr-defined]
        await settled(pilot)
        assert "⏎ Fill it in" in shown(pilot).splitlines()[-1], "the pass before is not this one's"
        write_solution(engine, "absmax-int8", good=True)
        await press(pilot, "enter")
        assert not engine.store.exercise_state("absmax-int8").practising


async def test_what_was_typed_and_never_saved_goes_to_the_backups_too(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        screen = await passed_bench(pilot)
        engine.keep_draft(screen.exercise, "half written")
        mine = engine.solution_path(screen.exercise).read_bytes()
        await to_the_question(pilot, lambda: pilot.press("p"))
        await press(pilot, "y")
        assert {one.path.read_bytes() for one in backups(engine.home)} == {mine, b"half written"}
        assert engine.draft(screen.exercise) is None


async def test_the_solution_asked_for_too_early_says_how_many_hints_remain(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        pilot.app.open_exercise("absmax-int8")  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "s")
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        assert "after 3 more hints" in told(pilot)
        assert engine.store.events("gave-up") == []


async def test_practice_comes_after_a_pass(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        write_solution(engine, "absmax-int8", good=False)
        pilot.app.open_exercise("absmax-int8")  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "g", "p")
        assert isinstance(pilot.app.screen, WorkbenchScreen)


async def test_the_palette_practises_one_exercise_or_any(running: Running, engine: PracticeEngine) -> None:
    from tutor.app.commands import CourseCommands

    async with running() as pilot:
        provider = CourseCommands(pilot.app.screen)
        titles = [command.title for command in provider._commands()]
        assert "Placement test" in titles
        assert "Practise at random" in titles
        assert not [title for title in titles if title.startswith("Practise:")]
        pilot.app.practise_at_random()  # type: ignore[attr-defined]
        await pilot.pause()
        assert "No exercise is passed yet." in told(pilot)
        await passed_bench(pilot)
        await press(pilot, "q")
        commands = {command.title: command for command in provider._commands()}
        await to_the_question(pilot, commands["Practise: int8 with one scale"].run)
        await press(pilot, "n", "q")
        await to_the_question(pilot, commands["Practise at random"].run)
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        assert engine.store.events("practice")[-1].subject == "absmax-int8"


# --- what it looks like ----------------------------------------------------------------------------------


async def placement_page(pilot: Pilot[int]) -> None:
    await press(pilot, "p")


async def placement_miss(pilot: Pilot[int]) -> None:
    await answer(pilot, await begin(pilot), right=False)


async def placement_summary(pilot: Pilot[int]) -> None:
    await answer_all(pilot, await begin(pilot))


async def review_to_come(pilot: Pilot[int]) -> None:
    await overdue(pilot)
    await press(pilot, "home")


async def step_to_reread(pilot: Pilot[int]) -> None:
    await missed_again(pilot)
    await press(pilot, "n")


SCENES: list[Scene] = [
    placement_page,
    placement_miss,
    placement_summary,
    review_to_come,
    step_to_reread,
]


@pytest.mark.parametrize(("scene", "size", "theme"), looks(*SCENES))
def test_the_screen_looks_as_it_did(
    looks_as_it_did: Callable[..., bool], home: Path, scene: Scene, size: tuple[int, int], theme: str
) -> None:
    assert looks_as_it_did(lambda: TutorApp(PracticeEngine(home)), scene, begun, scene.__name__, size, theme)
