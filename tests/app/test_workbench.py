"""The workbench: starting, editing, grading, watching, hints, the solution."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.conftest import Running, press, settled, shown, told, until
from tests.app.fakes import PracticeEngine, write_solution
from tutor.app.screens.comparing import CompareScreen
from tutor.app.screens.confirm import ConfirmScreen
from tutor.app.screens.editor import EditorScreen
from tutor.app.screens.explaining import ExplainingScreen
from tutor.app.screens.lesson import LessonScreen
from tutor.app.screens.solution import SolutionScreen
from tutor.app.screens.source import SourceScreen
from tutor.app.screens.workbench import WorkbenchScreen
from tutor.app.widgets.panes import LOOK, Panes
from tutor.errors import EnvironmentProblem, GraderFault


async def open_bench(pilot: object, exercise: str = "absmax-int8") -> WorkbenchScreen:
    pilot.app.open_exercise(exercise)  # type: ignore[attr-defined]
    await settled(pilot)  # type: ignore[arg-type]
    screen = pilot.app.screen  # type: ignore[attr-defined]
    assert isinstance(screen, WorkbenchScreen)
    return screen


async def test_enter_writes_the_stub_then_opens_it_and_grades_what_was_made_of_it(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        screen = await open_bench(pilot)
        assert "What it is for" in shown(pilot)
        assert "not written yet" in shown(pilot)
        await press(pilot, "enter")
        path = engine.solution_path(screen.exercise)
        assert path.read_bytes() == screen.exercise.stub.read_bytes()
        assert engine.gradings == 0, "writing the stub is one thing, grading another"
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, EditorScreen), "a stub is to be filled in, not graded"
        await press(pilot, "escape")
        write_solution(engine, "absmax-int8", good=False)
        await press(pilot, "enter")
        assert engine.gradings == 1


async def test_beside_a_wide_brief_stands_what_enter_does_next_and_then_the_verdict(
    running: Running, engine: PracticeEngine
) -> None:
    async with running(size=(120, 40)) as pilot:
        await open_bench(pilot)
        assert "Enter writes the stub" in shown(pilot)
        await press(pilot, "enter")
        assert "Enter opens your file." in shown(pilot)
        write_solution(engine, "absmax-int8", good=False)
        await press(pilot, "h", "enter")
        assert "✗ Not passed yet" in shown(pilot), "also where the hints were shown before"


async def test_an_untouched_stub_is_graded_when_asked_for_by_g(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        await press(pilot, "enter", "g")
        assert "✗ Your code did not run" in shown(pilot)
        assert "not written yet" in shown(pilot)
        assert "Next" in shown(pilot)


async def test_a_failed_verdict_shows_bars_the_message_and_the_hint(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        screen = await open_bench(pilot)
        write_solution(engine, "absmax-int8", good=False)
        await press(pilot, "enter")
        text = shown(pilot)
        assert "✗ Not passed yet   3 of 4 checks" in text
        assert "✗ A matrix whose largest magnitude is negative comes back" in text
        assert "25.9×" in text
        assert "0.193 > 0.00748" in text
        assert "Hint  Look at what max does with −5." in text
        assert screen.verdict is not None
        assert len(engine.store.attempts("absmax-int8")) == 1


async def test_enter_goes_on_after_the_pass_and_g_grades_again(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        write_solution(engine, "absmax-int8", good=True)
        await press(pilot, "g")
        assert "✓ Passed" in shown(pilot)
        assert "The error is spread evenly" in shown(pilot), "what to notice comes with the pass"
        await press(pilot, "g")
        assert engine.gradings == 2
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, LessonScreen)


async def test_checks_appear_one_by_one(running: Running, home: Path) -> None:
    slow = PracticeEngine(home, pause=0.3)
    async with running(over=slow) as pilot:
        await open_bench(pilot)
        write_solution(slow, "absmax-int8", good=True)
        await pilot.press("enter")
        await until(pilot, lambda: "Codes are int8" in shown(pilot))
        assert "The payload is one byte" not in shown(pilot)
        assert "1 of 5 checks" in shown(pilot)
        await settled(pilot)
        assert shown(pilot).count("Codes are int8") == 1, "the verdict does not show a check twice"


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_leaving_while_grading_cancels_it_and_stays(running: Running, home: Path, key: str) -> None:
    slow = PracticeEngine(home, pause=0.5)
    async with running(over=slow) as pilot:
        await open_bench(pilot)
        write_solution(slow, "absmax-int8", good=True)
        await pilot.press("enter")
        await until(pilot, lambda: slow.gradings == 1)
        await pilot.press(key)
        await until(pilot, lambda: slow.cancelled == 1, seconds=1.0)
        await settled(pilot)
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        assert "Cancelled. Enter grades again." in shown(pilot)
        assert slow.store.attempts("absmax-int8") == []
        await press(pilot, key)
        assert not isinstance(pilot.app.screen, WorkbenchScreen)


async def test_each_save_is_graded_while_watching_and_w_stops_it(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        screen = await open_bench(pilot)
        await pilot.press("w")
        await until(pilot, lambda: engine.gradings == 1)
        assert screen.watching
        await until(pilot, lambda: "◉ watching" in shown(pilot))
        await pilot.pause(0.3)
        write_solution(engine, "absmax-int8", good=True)
        await until(pilot, lambda: "✓ Passed" in shown(pilot))
        assert engine.gradings == 2, "one save, one grading"
        await pilot.press("w")
        await settled(pilot)
        assert "watching" not in shown(pilot)
        write_solution(engine, "absmax-int8", good=False)
        await pilot.pause(0.5)
        assert engine.gradings == 2


async def test_a_save_cancels_the_grading_under_way(running: Running, home: Path) -> None:
    slow = PracticeEngine(home, pause=0.6)
    async with running(over=slow) as pilot:
        await open_bench(pilot)
        await pilot.press("w")
        await until(pilot, lambda: slow.gradings == 1)
        await pilot.pause(0.2)
        write_solution(slow, "absmax-int8", good=True)
        await until(pilot, lambda: slow.gradings == 2)
        assert slow.cancelled == 1
        await pilot.press("w", "q")


async def test_hints_come_one_by_one_and_are_remembered(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        await press(pilot, "h")
        assert "Hint 1 of 3" in shown(pilot)
        assert "Hint 2 of 3" not in shown(pilot)
        assert "2 hints left" in shown(pilot)
        await press(pilot, "h", "h")
        assert engine.store.hints_shown("absmax-int8") == 3
        await press(pilot, "h")
        assert engine.store.hints_shown("absmax-int8") == 3, "there is no fourth"


async def test_the_solution_asks_for_the_hints_first_then_whether_to_give_up(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        await press(pilot, "s")
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        await press(pilot, "h", "h", "h")
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("n")
        await settled(pilot)
        assert engine.store.events("gave-up") == []
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y")
        await settled(pilot)
        assert isinstance(pilot.app.screen, SolutionScreen)
        assert "The reference" in shown(pilot)
        assert [event.subject for event in engine.store.events("gave-up")] == ["absmax-int8"]


async def test_after_the_pass_the_reference_stands_beside_the_learners_own(
    running: Running, engine: PracticeEngine
) -> None:
    async with running(size=(120, 40)) as pilot:
        await open_bench(pilot)
        write_solution(engine, "absmax-int8", good=True)
        await press(pilot, "g", "s")
        assert isinstance(pilot.app.screen, SolutionScreen)
        text = shown(pilot)
        assert "The reference" in text
        assert "Yours" in text
        assert "inverse  Divides by the inverse; costs one more number." in text
        assert engine.store.events("gave-up") == []
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, WorkbenchScreen)


async def test_d_shows_what_was_changed(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        await press(pilot, "d")
        assert isinstance(pilot.app.screen, WorkbenchScreen), "there is nothing to compare yet"
        write_solution(engine, "absmax-int8", good=False)
        await press(pilot, "d")
        assert isinstance(pilot.app.screen, SourceScreen)
        assert "-    raise NotImplementedError" in shown(pilot)
        assert "+    print(W)" in shown(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, WorkbenchScreen)


async def test_the_views_are_turned_by_number_tab_and_arrows(running: Running) -> None:
    async with running() as pilot:
        screen = await open_bench(pilot)
        for key, view in (
            ("2", 1),
            ("3", 2),
            ("4", 3),
            ("1", 0),
            ("tab", 1),
            ("right", 2),
            ("left", 1),
            ("shift+tab", 0),
        ):
            await press(pilot, key)
            assert screen.view == view, key
        await pilot.click("Views", offset=(16, 1))
        await pilot.pause()
        assert screen.view == 1


async def test_every_view_stands_in_the_line_of_a_narrow_terminal(running: Running) -> None:
    async with running(size=(60, 20)) as pilot:
        pilot.app.open_exercise("absmax-int8")  # type: ignore[attr-defined]
        await settled(pilot)
        assert "4 Attempts  5 Look" in shown(pilot)
        row = next(n for n, line in enumerate(shown(pilot).splitlines()) if "5 Look" in line)
        await pilot.click(offset=(shown(pilot).splitlines()[row].index("5 Look") + 3, row))
        await settled(pilot)
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        assert pilot.app.screen.query_one(Panes).shown == LOOK


async def test_an_earlier_attempt_can_be_looked_at_again(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        path = write_solution(engine, "absmax-int8", good=False)
        await press(pilot, "g")
        path.write_text("def quantize(W):\n    return W, 1\n")
        await press(pilot, "g", "4")
        assert "✓ passed" in shown(pilot)
        assert "✗ not passed" in shown(pilot)
        await press(pilot, "end", "enter")
        assert "attempt of 03 Mar" in shown(pilot)
        assert "25.9×" in shown(pilot)


async def test_the_last_verdict_is_there_when_one_comes_back(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        write_solution(engine, "absmax-int8", good=False)
        await press(pilot, "g", "q")
        await open_bench(pilot)
        assert "your last attempt" in shown(pilot)


async def test_the_editor_that_is_set_gets_the_file(
    running: Running, engine: PracticeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "code --wait")
    opened: list[tuple[Path, list[str]]] = []
    monkeypatch.setattr(
        "tutor.app.screens.workbench.edit", lambda app, path, command: not opened.append((path, command))
    )
    async with running() as pilot:
        screen = await open_bench(pilot)
        await press(pilot, "e")
        assert opened == [(engine.solution_path(screen.exercise), ["code", "--wait"])]
        assert opened[0][0].exists(), "the stub is written first"


async def test_where_no_editor_can_have_the_screen_the_built_in_one_opens(
    running: Running, engine: PracticeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "vi")
    async with running() as pilot:
        screen = await open_bench(pilot)
        await press(pilot, "e")
        assert isinstance(pilot.app.screen, EditorScreen)
        assert pilot.app.screen.path == engine.solution_path(screen.exercise)


async def test_where_nothing_can_have_the_screen_t_says_where_to_try_it(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        await press(pilot, "enter", "t")
        assert "Another program can't have the screen here." in shown(pilot)
        assert "tutor try absmax-int8" in shown(pilot)


async def test_a_fault_of_the_grader_is_told_and_nothing_is_counted(
    running: Running, engine: PracticeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> object:
        raise GraderFault("The judge died.", where="judge", next_step="Run: tutor doctor")

    async with running() as pilot:
        await open_bench(pilot)
        write_solution(engine, "absmax-int8", good=True)
        monkeypatch.setattr(engine, "grade", broken)
        await press(pilot, "g")
        assert "The judge died." in shown(pilot)
        assert "tutor doctor" in shown(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        assert engine.store.attempts("absmax-int8") == []


async def test_a_file_that_went_away_is_told(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        path = write_solution(engine, "absmax-int8", good=True)
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, WorkbenchScreen)
        path.unlink()
        screen.action_grade_now()
        await settled(pilot)
        assert "absmax_int8.py" in shown(pilot)
        assert "✗" in shown(pilot)


async def test_an_unwritable_home_is_told_when_the_stub_is_written(running: Running, home: Path) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        (home / "work").write_text("a file where the folder would be")
        await press(pilot, "enter")
        assert "✗" in shown(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, WorkbenchScreen)


async def test_what_the_learner_printed_cannot_act_on_the_terminal(
    running: Running, engine: PracticeEngine
) -> None:
    async with running(size=(120, 40)) as pilot:
        await open_bench(pilot)
        write_solution(engine, "absmax-int8", good=False)
        await press(pilot, "g", "end")
        text = shown(pilot)
        assert "scale = 0.0189" in text
        assert "\x1b" not in text
        assert "owned" not in text


async def test_l_opens_the_lesson_of_the_exercise(running: Running) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        await press(pilot, "l")
        assert isinstance(pilot.app.screen, LessonScreen)


async def test_brief_and_verdict_stand_side_by_side_where_there_is_room(
    running: Running, engine: PracticeEngine
) -> None:
    async with running(size=(100, 30)) as pilot:
        await open_bench(pilot)
        write_solution(engine, "absmax-int8", good=True)
        await press(pilot, "g")
        assert "What it is for" in shown(pilot)
        assert "✓ Passed" in shown(pilot)
        await pilot.resize_terminal(99, 30)
        await pilot.pause()
        assert "What it is for" not in shown(pilot)
        assert "✓ Passed" in shown(pilot)


async def test_t_tries_the_public_example_on_the_terminal(
    running: Running, engine: PracticeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(engine, "try_example", lambda exercise: tried.append(exercise.id))
    monkeypatch.setattr("tutor.app.screens.workbench.with_terminal", lambda app, action, otherwise: action())
    async with running() as pilot:
        await open_bench(pilot)
        await press(pilot, "t")
        assert tried == [], "there is nothing to try yet"
        await press(pilot, "enter", "t")
        assert tried == ["absmax-int8"]


def test_an_editor_s_command_is_split_as_a_shell_does() -> None:
    from tutor.app.editing import editor_command

    assert editor_command("code --wait") == ["code", "--wait"]
    assert editor_command("") is None
    assert editor_command("builtin") is None
    with pytest.raises(EnvironmentProblem, match="can't be read"):
        editor_command('code "')


async def test_going_elsewhere_by_the_palette_cancels_the_grading(running: Running, home: Path) -> None:
    slow = PracticeEngine(home, pause=0.5)
    async with running(over=slow) as pilot:
        await open_bench(pilot)
        write_solution(slow, "absmax-int8", good=True)
        await pilot.press("enter")
        await until(pilot, lambda: slow.gradings == 1)
        pilot.app.back_to_map()  # type: ignore[attr-defined]
        await until(pilot, lambda: slow.cancelled == 1)
        await settled(pilot)
        assert slow.store.attempts("absmax-int8") == []


async def test_an_exercise_whose_file_broke_meanwhile_is_told(
    running: Running, engine: PracticeEngine, tmp_path: Path
) -> None:
    async with running() as pilot:
        broken = tmp_path / "broken"
        broken.mkdir()
        (broken / "exercise.yaml").write_text("id: [", encoding="utf-8")
        object.__setattr__(engine.content.exercise("absmax-int8"), "folder", broken)
        pilot.app.open_exercise("absmax-int8")  # type: ignore[attr-defined]
        await settled(pilot)
        assert "exercise.yaml" in shown(pilot)
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, WorkbenchScreen)


async def test_a_look_shows_what_the_code_does_to_a_public_matrix_and_follows_each_grading(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        await press(pilot, "5")
        assert "Enter writes the stub" in shown(pilot)
        await press(pilot, "enter", "5")
        assert "quantize is not written yet" in shown(pilot)
        write_solution(engine, "absmax-int8", good=False)
        await press(pilot, "g", "5")
        assert "24 of 24 weights are farther off" in shown(pilot)
        assert "0.1500✗" in shown(pilot)
        path = engine.solution_path(engine.content.exercise("absmax-int8"))
        path.write_text("def quantize(W):\n    return W, 1\n")
        await press(pilot, "5")
        assert "no weight is farther off" in shown(pilot)
        assert len(engine.store.attempts("absmax-int8")) == 1, "a look is no attempt"


async def test_an_exercise_that_is_no_quantizer_has_no_look(running: Running) -> None:
    async with running() as pilot:
        screen = await open_bench(pilot, "memory-footprint")
        await press(pilot, "5")
        assert screen.view == 0
        assert "Look" not in shown(pilot)
        await press(pilot, "left")
        assert screen.view == 3


async def test_two_attempts_are_laid_side_by_side(running: Running, engine: PracticeEngine) -> None:
    async with running(size=(110, 40)) as pilot:
        await open_bench(pilot)
        path = write_solution(engine, "absmax-int8", good=False)
        await press(pilot, "g")
        path.write_text("def quantize(W):\n    return W, 1\n")
        await press(pilot, "g", "4", "home", "c")
        assert "Marked" in told(pilot)
        assert "●" in shown(pilot)
        await press(pilot, "c")
        assert "●" not in shown(pilot), "c on the marked one takes the mark away"
        await press(pilot, "c", "end", "c")
        assert isinstance(pilot.app.screen, CompareScreen)
        text = shown(pilot)
        assert pilot.app.screen.earlier.verdict == "failed", "the earlier one comes first"
        assert "0.193 (25.9×)" in text
        assert "0.0368×" in text
        assert "-    print(W)" in text
        assert "+    return W, 1" in text
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        assert "●" not in shown(pilot)


async def test_a_failed_verdict_is_explained_by_a_prompt_that_is_copied(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await open_bench(pilot)
        path = write_solution(engine, "absmax-int8", good=False)
        await press(pilot, "x")
        assert isinstance(pilot.app.screen, WorkbenchScreen), "nothing was graded yet"
        await press(pilot, "g", "x")
        screen = pilot.app.screen
        assert isinstance(screen, ExplainingScreen)
        assert "Write no corrected function" in screen.text
        assert "def quantize" in screen.text
        assert "25.9" not in screen.text.partition("## The verdict")[0]
        await press(pilot, "c")
        assert engine.assistance.copied == [screen.text]
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        path.write_text("def quantize(W):\n    return W, 1\n")
        await press(pilot, "g", "x")
        assert isinstance(pilot.app.screen, WorkbenchScreen), "it passed"
