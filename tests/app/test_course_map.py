"""The course map."""

from __future__ import annotations

from datetime import timedelta

from textual.app import App, ComposeResult
from textual.strip import Strip

from tests.app.conftest import Running, press, shown, told
from tests.app.fakes import Clock, PracticeEngine, write_solution
from tutor.app.screens.course_map import CourseMapScreen
from tutor.app.screens.lesson import LessonScreen
from tutor.app.screens.prompts import PromptsScreen
from tutor.app.screens.quiz import QuizScreen
from tutor.app.screens.workbench import WorkbenchScreen
from tutor.app.widgets.course_list import CourseList, MapRow
from tutor.progress import Store


async def test_the_cursor_begins_on_what_is_next_and_enter_opens_it(running: Running) -> None:
    async with running() as pilot:
        row = pilot.app.screen.query_one(CourseList).row
        assert row is not None
        assert (row.key, row.next) == ("lesson:bits", True)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, LessonScreen)
        assert pilot.app.screen.lesson.id == "bits"


async def test_every_status_has_its_glyph_and_its_word(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        for step in ("why", "idea"):
            engine.store.record_event("step", "bits", {"step": step})
        engine.store.record_event("gave-up", "memory-footprint")
        engine.store.record_event("started", "absmax-int8")
        await press(pilot, "enter", "q")
        text = shown(pilot)
        assert "◐  How few bits are enough" in text
        assert "↻  Bytes of a model" in text or "◇  Bytes of a model" in text
        assert "◐  int8 with one scale" in text
        assert "○  A scale for each row" in text
        assert "▸ next" in text


async def test_arrows_and_letters_move_over_what_can_be_opened(running: Running) -> None:
    async with running() as pilot:
        courses = pilot.app.screen.query_one(CourseList)

        def here() -> str:
            assert courses.row is not None
            return courses.row.id

        await press(pilot, "down")
        assert here() == "memory-footprint"
        await press(pilot, "j", "j")
        assert here() == "scales", "headings and gaps are jumped over"
        await press(pilot, "up", "k")
        assert here() == "memory-footprint"
        await press(pilot, "end")
        assert here() == "per-row-scales"
        await press(pilot, "home")
        assert here() == "bits"
        await press(pilot, "pagedown")
        assert here() == "per-row-scales"
        await press(pilot, "pageup")
        assert here() == "bits"
        await press(pilot, "end", "escape")
        assert here() == "bits", "Escape comes back to what is next"


async def test_an_exercise_opens_on_the_workbench_and_q_comes_back_to_its_row(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "down", "down", "enter")
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        assert pilot.app.screen.exercise.id == "absmax-int8"
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, CourseMapScreen)
        row = pilot.app.screen.query_one(CourseList).row
        assert row is not None
        assert row.id == "absmax-int8"


async def test_n_opens_the_next_thing_whatever_the_cursor_is_on(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "end", "n")
        assert isinstance(pilot.app.screen, LessonScreen)


async def test_u_and_i_open_quiz_and_prompts_of_the_lesson_at_the_cursor(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "down", "u")
        assert isinstance(pilot.app.screen, QuizScreen)
        await press(pilot, "escape", "i")
        assert isinstance(pilot.app.screen, PromptsScreen)
        await press(pilot, "escape", "end", "u")
        assert isinstance(pilot.app.screen, CourseMapScreen), "the lesson of this exercise has no quiz"


async def test_q_ends_the_app(running: Running) -> None:
    async with running() as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert not pilot.app.is_running or pilot.app._exit


async def test_a_click_opens_a_row(running: Running) -> None:
    async with running() as pilot:
        await pilot.click(CourseList, offset=(10, 2))
        await pilot.pause()
        assert isinstance(pilot.app.screen, WorkbenchScreen)


async def test_progress_counts_what_is_finished(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        assert "exercises 0/3" in shown(pilot)
        write_solution(engine, "memory-footprint", good=True)
        await press(pilot, "down", "enter", "g", "q")
        assert "exercises 1/3" in shown(pilot)
        assert "1/3" in shown(pilot).splitlines()[2], "the module's own bar counts it too"


async def test_what_is_due_has_a_row_of_its_own(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        engine.store.record_answer("bits-bytes", "bits", "single", 1, "one", 0, 1)
        clock = engine.store.now
        assert isinstance(clock, Clock)
        clock.time += timedelta(days=30)
        await press(pilot, "i", "q", "home")
        assert "↻  Review 1 question" in shown(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, QuizScreen)
        assert len(pilot.app.screen.sitting.items) == 1


async def test_a_thousand_lessons_are_drawn_line_by_line() -> None:
    rows = [MapRow("lesson", f"lesson-{n}", f"Lesson {n}", minutes=5) for n in range(1000)]
    drawn: list[int] = []

    class Counted(CourseList):
        def render_line(self, y: int) -> Strip:
            drawn.append(y)
            return super().render_line(y)

    class Alone(App[None]):
        def compose(self) -> ComposeResult:
            yield Counted()

    async with Alone().run_test(size=(80, 24)) as pilot:
        courses = pilot.app.query_one(Counted)
        courses.show(rows, "lesson:lesson-500")
        await pilot.pause()
        assert courses.row is not None
        assert courses.row.id == "lesson-500"
        assert courses.scroll_offset.y > 400
        assert 0 < len(drawn) < 200


async def test_a_long_course_costs_no_line_for_a_bar_below(running: Running) -> None:
    """The bar at the side takes a column; the list must not think that it has become too narrow for that."""
    rows = [MapRow("module", f"module-{n}", f"Module {n}", done=0, of=1) for n in range(50)]
    async with running() as pilot:
        courses = pilot.app.screen.query_one(CourseList)
        courses.show(rows, "")
        await pilot.pause()
        assert courses.show_vertical_scrollbar
        assert not courses.show_horizontal_scrollbar


async def test_a_repaired_database_is_told(engine: PracticeEngine, running: Running) -> None:
    database = engine.home / "progress.db"
    with Store.open(engine.home, "practice") as store:
        store.record_event("step", "bits", {"step": "why"})
    database.write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    async with running() as pilot:
        assert "was damaged and is kept as" in told(pilot)
        assert "restored from the backup" in told(pilot)
        await press(pilot, "enter", "q")
        assert told(pilot).count("was damaged") == 1
    assert list(engine.home.glob("progress*damaged*"))
