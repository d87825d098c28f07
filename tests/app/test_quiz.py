"""The quiz screen: asking, explaining, leaving, coming back, the summary."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.conftest import Running, press, settled, shown, told
from tests.app.fakes import PracticeEngine
from tutor.app.screens.course_map import CourseMapScreen
from tutor.app.screens.lesson import LessonScreen
from tutor.app.screens.quiz import QuizScreen
from tutor.app.widgets.go_on import GoOn
from tutor.errors import EnvironmentProblem


def quiz_of(pilot: object) -> QuizScreen:
    screen = pilot.app.screen  # type: ignore[attr-defined]
    assert isinstance(screen, QuizScreen)
    return screen


async def to(pilot: object, kind: str) -> QuizScreen:
    """The quiz of the first lesson, at its question of a kind."""
    await press(pilot, "u")  # type: ignore[arg-type]
    screen = quiz_of(pilot)
    kinds = [item.kind for item in screen.sitting.items.values()]
    screen.sitting.position = kinds.index(kind)
    screen.show_question()
    await settled(pilot)  # type: ignore[arg-type]
    return screen


def choice(screen: QuizScreen, id: str) -> str:
    """The key of an option, as it was shuffled."""
    return str([option.id for option in screen.sitting.item.options].index(id) + 1)


async def test_a_single_choice_is_taken_by_number_or_arrows_and_explained_at_once(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        screen = await to(pilot, "single")
        await press(pilot, "enter")
        assert screen.state == "asking", "Enter without a choice asks for one"
        assert "Choose one first" in told(pilot)
        await press(pilot, choice(screen, "two"), "up", "down", choice(screen, "two"), "enter")
        assert "✓ Right" in shown(pilot)
        assert "16 bits are two bytes." in shown(pilot)
        answer = engine.store.answers("bits")[-1]
        assert (answer.item, answer.answer, answer.points, answer.seed) == ("bits-bytes", "two", 1, 7)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("multiple", "right ones chosen less wrong ones, never below 0"),
        ("order", "neighbours that follow one another as they should"),
        ("match", "each right pair"),
        ("single", ""),
        ("code", ""),
    ],
)
async def test_what_counts_of_a_partly_right_answer_is_said_before_it(
    running: Running, kind: str, said: str
) -> None:
    async with running() as pilot:
        screen = await to(pilot, kind)
        assert screen.state == "asking"
        assert screen.question is not None
        assert screen.question.KEYS in " ".join(shown(pilot).split())
        assert (f"partly right counts: {said}" if said else "") in shown(pilot)
        assert ("partly right counts" in shown(pilot)) == bool(said)


async def test_a_wrong_choice_is_explained_with_what_is_right_about_it(running: Running) -> None:
    async with running() as pilot:
        screen = await to(pilot, "single")
        await press(pilot, choice(screen, "one"), "enter")
        assert "✗ Not right" in shown(pilot)
        assert "It is half of four" in shown(pilot)
        assert "✓  Two  ← right" in shown(pilot), "and the right option is marked where it stands"
        assert "The right answer is Two." in shown(pilot)
        assert "✗" in shown(pilot).splitlines()[2], "the dots carry the mark"


async def test_nothing_can_be_changed_after_the_answer(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        screen = await to(pilot, "single")
        await press(pilot, choice(screen, "one"), "enter")
        assert screen.question is not None
        before = screen.question.draft
        await press(pilot, choice(screen, "two"), "up", "space")
        assert screen.question.draft == before
        assert len(engine.store.answers("bits")) == 1


async def test_several_options_are_turned_on_and_off(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        screen = await to(pilot, "multiple")
        await press(pilot, "enter")
        assert "Turn on at least one" in told(pilot)
        await press(
            pilot, choice(screen, "bytes"), "space", choice(screen, "step"), choice(screen, "worst"), "enter"
        )
        assert engine.store.answers("bits")[-1].points == 1
        assert "✓ Right" in shown(pilot)


async def test_a_part_of_the_right_options_is_partly_right(running: Running) -> None:
    async with running() as pilot:
        screen = await to(pilot, "multiple")
        await press(pilot, choice(screen, "step"), "enter")
        assert "◐ Partly right" in shown(pilot)


async def test_a_number_is_typed_and_one_that_is_none_is_refused(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        screen = await to(pilot, "numeric")
        assert "GB" in shown(pilot)
        said = " ".join(shown(pilot).split())
        assert "type a number, such as 28, 2.5, 1/3, 3e8 or 2^10; the unit may be left out" in said
        assert "MB, TB, MiB or GiB" in said
        await press(pilot, "enter")
        assert "Type a number first" in told(pilot)
        await press(pilot, *"many", "enter")
        assert screen.state == "asking", "nothing is scored that is no number"
        assert engine.store.answers("bits") == []
        await press(pilot, *["backspace"] * 4, *"7000 MB", "enter")
        assert "✓ Right" in shown(pilot), "another unit of the same kind is right too"
        assert not told(pilot), "what was wrong with an answer before is no news any more"


async def test_a_notice_goes_with_the_screen_that_gave_it(running: Running) -> None:
    async with running() as pilot:
        await to(pilot, "numeric")
        await press(pilot, "enter")
        assert "Type a number first" in told(pilot)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, QuizScreen)
        assert not told(pilot)


async def test_what_is_printed_may_have_several_lines(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await to(pilot, "output")
        assert "print(round(1.0 / scale))" in shown(pilot)
        await press(pilot, "enter")
        assert "Type what it prints first" in told(pilot)
        await press(pilot, "6", "ctrl+j", "backspace", "shift+enter", "backspace", "4", "enter")
        assert engine.store.answers("bits")[-1].answer == "64"
        assert "✓ Right" in shown(pilot)


async def test_pieces_are_carried_into_order(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        screen = await to(pilot, "order")
        right = ["absmax", "scale", "round", "back"]
        for place, id in enumerate(right):
            order = screen.question.answer  # type: ignore[union-attr]
            assert isinstance(order, list)
            here = order.index(id)
            await press(pilot, *["up"] * 4, *["down"] * here)
            await press(pilot, "space", *["up"] * (here - place), "space")
        await press(pilot, "enter")
        assert engine.store.answers("bits")[-1].answer == right
        assert "✓ Right" in shown(pilot)


async def test_each_piece_says_where_it_belongs_once_the_order_was_scored(running: Running) -> None:
    async with running() as pilot:
        screen = await to(pilot, "order")
        widget = screen.question
        right = ["absmax", "scale", "round", "back"]
        widget.order = ["absmax", "round", "scale", "back"]  # type: ignore[union-attr]
        await press(pilot, "enter")
        rows = [(lead.plain, text.plain) for lead, text in widget.lines()]  # type: ignore[union-attr]
        assert ["✓" in lead for lead, _ in rows] == [True, False, False, True]
        assert [text.partition("  → ")[2] for _, text in rows] == ["", "3", "2", ""]
        assert list(screen.sitting.item.right_order) == right


async def test_shift_carries_a_piece_at_once(running: Running) -> None:
    async with running() as pilot:
        screen = await to(pilot, "order")
        before = list(screen.question.answer)  # type: ignore[union-attr,call-overload]
        await press(pilot, "shift+down", "J", "K")
        assert screen.question.answer == [before[1], before[0], *before[2:]]  # type: ignore[union-attr]
        await press(pilot, "shift+up", "j", "k")
        assert screen.question.answer == before  # type: ignore[union-attr]


async def test_a_letter_gives_a_row_its_partner_and_goes_on(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        screen = await to(pilot, "match")
        rights = [right.id for right in screen.sitting.item.right]
        letters = {id: "abc"[n] for n, id in enumerate(rights)}
        await press(pilot, "enter")
        assert "Give every row a partner first" in told(pilot)
        partner = {"fp32": "b4000", "bf16": "b2000", "int4": "b500"}
        for left in [one.id for one in screen.sitting.item.left]:
            await press(pilot, letters[partner[left]])
        await press(pilot, "f")  # there is no sixth partner
        await press(pilot, "up", "down", "right", "left", "enter")
        assert engine.store.answers("bits")[-1].answer == partner
        assert "✓ Right" in shown(pilot)


async def test_a_click_on_a_partner_gives_it_to_the_row(running: Running) -> None:
    async with running() as pilot:
        screen = await to(pilot, "match")
        await pilot.click(".legend", offset=(6, 1))
        await settled(pilot)
        first, right = screen.sitting.item.left[0].id, screen.sitting.item.right[1].id
        assert screen.question is not None
        assert screen.question.draft == {first: right}


async def test_an_explanation_longer_than_the_page_begins_with_whether_it_was_right(running: Running) -> None:
    async with running(size=(40, 12)) as pilot:
        await to(pilot, "match")
        await press(pilot, "a", "b", "c", "enter")
        lines = shown(pilot).splitlines()
        assert any(word in " ".join(lines[:6]) for word in ("✗ Not right", "✓ Right", "◐ Partly right")), (
            lines
        )


async def test_scored_pairs_carry_their_signs_and_the_letters_give_way(running: Running) -> None:
    async with running() as pilot:
        screen = await to(pilot, "match")
        item = screen.sitting.item
        letters = {right.id: "abc"[n] for n, right in enumerate(item.right)}
        right = [item.right_pairs[left.id] for left in item.left]
        for id in (right[0], right[2], right[1]):  # the last two are mistaken for each other
            await press(pilot, letters[id])
        await press(pilot, "enter")
        rows = [line for line in shown(pilot).splitlines() if "  →  " in line]
        assert [("✓" in row, "✗" in row) for row in rows] == [(True, False), (False, True), (False, True)]
        assert not screen.query_one(".legend").display
        assert "It goes with" in shown(pilot)


async def test_a_line_of_code_is_filled_in_and_run(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await to(pilot, "code")
        await press(pilot, "enter")
        assert "Fill in the blank first" in told(pilot)
        await press(pilot, *"max(abs(w) for w in weights)")
        assert "largest = max(abs(w) for w in weights)" in shown(pilot), "the program shows what is typed"
        await press(pilot, "enter")
        assert "✓ Right" in shown(pilot)
        assert engine.store.answers("bits")[-1].points == 1


async def test_a_fault_of_the_machine_is_told_and_the_answer_can_be_given_again(
    running: Running, engine: PracticeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(item: object, answer: object) -> object:
        raise EnvironmentProblem("No space is left.", where="/tmp", next_step="Make some.")

    async with running() as pilot:
        await to(pilot, "numeric")
        monkeypatch.setattr(engine, "score", broken)
        await press(pilot, "7", "enter")
        assert "No space is left." in shown(pilot)
        monkeypatch.undo()
        await press(pilot, "escape", "enter")
        assert "✓ Right" in shown(pilot)


async def test_a_half_written_answer_survives_leaving_and_a_new_start(running: Running, home: Path) -> None:
    async with running() as pilot:
        screen = await to(pilot, "numeric")
        await press(pilot, "1", "2", "escape")
        assert isinstance(pilot.app.screen, CourseMapScreen)
    async with running(over=PracticeEngine(home)) as pilot:
        await press(pilot, "u")
        screen = quiz_of(pilot)
        assert screen.sitting.item.kind == "numeric"
        assert screen.question is not None
        assert screen.question.draft == "12"


async def test_later_goes_to_the_next_open_question_and_comes_around(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "u")
        screen = quiz_of(pilot)
        await press(pilot, "1", "ctrl+n")
        assert screen.sitting.position == 1
        for _ in range(6):
            await press(pilot, "ctrl+n")
        assert screen.sitting.position == 0
        await settled(pilot)
        assert screen.question is not None
        assert screen.question.draft is not None, "the choice made before is still there"


async def test_an_answer_is_never_kept_for_the_question_that_comes_next(running: Running) -> None:
    async with running() as pilot:
        screen = await to(pilot, "numeric")
        assert screen.question is not None
        screen.question.restore("7")
        assert screen.sitting.to_next_open(), "the page does not show it yet"
        screen.keep()
        assert screen.sitting.key not in screen.sitting.drafts


async def test_l_rereads_the_step_of_the_question(running: Running) -> None:
    async with running() as pilot:
        screen = await to(pilot, "numeric")
        await press(pilot, "7", "enter", "l")
        assert isinstance(pilot.app.screen, LessonScreen)
        assert pilot.app.screen.position == 0
        assert screen.sitting.points


@pytest.mark.parametrize("key", ["q", "u"])
async def test_who_rereads_comes_back_to_the_question(running: Running, key: str) -> None:
    async with running() as pilot:
        screen = await to(pilot, "numeric")
        await press(pilot, "7", "enter", "l", "n", key)
        assert pilot.app.screen is screen
        assert "✓ Right" in shown(pilot)


async def test_the_summary_counts_points_and_leads_on(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        screen = await to(pilot, "single")
        for key in screen.sitting.keys[:-1]:
            screen.sitting.points[key] = (1.0, 1.0)
        screen.sitting.points[screen.sitting.keys[0]] = (0.0, 1.0)
        screen.sitting.position = len(screen.sitting.keys) - 1
        screen.show_question()
        await settled(pilot)
        await press(pilot, *"max(weights)", "enter", "enter")
        assert screen.state == "summary"
        assert "5 of 7 points · 2 questions will come back for review." in shown(pilot)
        assert "Two cards of 80 GB" in shown(pilot)
        assert engine.store.bookmark("quiz:bits") is None, "the next sitting draws anew"
        await press(pilot, "end", "enter")
        assert isinstance(pilot.app.screen, LessonScreen)
        assert pilot.app.screen.steps[pilot.app.screen.position].id == "idea"


async def test_enter_after_the_summary_does_the_next_thing(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await press(pilot, "u")
        screen = quiz_of(pilot)
        screen.sitting.points.update(dict.fromkeys(screen.sitting.keys, (1.0, 1.0)))
        screen.show_summary()
        await settled(pilot)
        assert pilot.app.screen.query_one(GoOn).has_focus
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, LessonScreen)


async def test_what_is_due_is_reviewed_in_a_quiz_of_its_own(running: Running, engine: PracticeEngine) -> None:
    from datetime import timedelta

    async with running() as pilot:
        engine.store.record_answer("bits-bytes", "bits", "single", 1, "one", 0, 1)
        engine.store.now.time += timedelta(days=30)  # type: ignore[attr-defined]
        pilot.app.open_quiz(None)  # type: ignore[attr-defined]
        await settled(pilot)
        assert [item.id for item in quiz_of(pilot).sitting.items.values()] == ["bits-bytes"]
        assert "Review" in shown(pilot)


async def test_with_nothing_due_the_review_says_so(running: Running) -> None:
    async with running() as pilot:
        pilot.app.open_quiz(None)  # type: ignore[attr-defined]
        await settled(pilot)
        assert isinstance(pilot.app.screen, CourseMapScreen)
        assert "Nothing is due." in told(pilot)


async def test_q_and_escape_leave_the_quiz(running: Running) -> None:
    async with running() as pilot:
        for key in ("q", "escape"):
            await to(pilot, "single")
            await press(pilot, key)
            assert isinstance(pilot.app.screen, CourseMapScreen)
