"""``tutor quiz``: as a conversation, as documents, or by a file of answers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.cli import console
from tutor.cli.console import clean
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, JsonOption, OptionalLessonArgument, SeedOption
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Store
    from tutor.quiz import Paper, Scored

Outcomes = list[tuple[str, bool]]
"""Of each question: its lesson, and whether it was answered right."""


def quiz_command(
    lesson: OptionalLessonArgument = None,
    due: Annotated[bool, typer.Option("--due", help="What is due for review.")] = False,
    placement: Annotated[
        bool, typer.Option("--placement", help="A few of each lesson, to skip what you know.")
    ] = False,
    seed: SeedOption = None,
    answers: Annotated[
        str | None,
        typer.Option("--answers", metavar="FILE|-", help="A JSON of answers to score.", show_default=False),
    ] = None,
    open_: Annotated[
        bool, typer.Option("--open", help="A lesson's open questions, in your own words.")
    ] = False,
    new: Annotated[bool, typer.Option("--new", help="Begin anew, not where you left.")] = False,
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """Be asked, from where you left. --json: the questions as a document; --answers: yours are scored."""
    if due and placement:
        raise UsageProblem("--due or --placement: only one of them.", where="tutor quiz")
    course = open_content(content)
    if open_:
        return _open_questions(course, lesson, json=json, alone=not (due or placement or answers))
    store = open_store(course)
    chosen = {"lesson": lesson, "due": due, "placement": placement}
    if answers is None and not json:
        outcomes = _converse(course, store, chosen, _fresh(seed) if new else seed)
    else:
        outcomes = _by_document(course, store, chosen, seed, answers, json=json)
    if outcomes is None:
        return _nothing_to_ask(course, store, chosen, json)
    if placement and outcomes:
        _place(course, store, outcomes, quiet=json)
    return 0


def _open_questions(course: Content, lesson: str | None, *, json: bool, alone: bool) -> int:
    from tutor.cli.own_words import ask_open, open_json

    if lesson is None or not alone:
        raise UsageProblem(
            "--open goes with a lesson, and with no other choice.",
            where="tutor quiz",
            next_step=f"For instance: tutor quiz {course.lessons[0].id} --open",
        )
    loaded = course.lesson(lesson)
    if json:
        console.write_json(open_json(loaded))
    else:
        ask_open(loaded, open_store(course))
    return 0


def _converse(course: Content, store: Store, chosen: dict[str, Any], seed: int | None) -> Outcomes | None:
    """Asks and explains; None when there is nothing to ask."""
    from tutor.cli.quiz_session import ask
    from tutor.quiz import placement
    from tutor.quiz.sitting import sit_down

    sitting = sit_down(course, store, **chosen, seed=seed)
    if sitting is None:
        return None
    if sitting.placement:
        console.write(
            "\n".join(console.wrapped(sentence) for sentence in placement.plan(sitting).says) + "\n"
        )
    ask(sitting, course, store)
    return placement.outcomes(sitting)


def _by_document(
    course: Content,
    store: Store,
    chosen: dict[str, Any],
    seed: int | None,
    answers: str | None,
    *,
    json: bool,
) -> Outcomes | None:
    """Writes the questions, or scores a file of answers; None when there is nothing to ask."""
    from tutor.quiz import draw_paper, pick, read_answers

    given = read_answers(_text_of(answers)) if answers is not None else None
    if given is not None:
        if seed not in (None, given[0]):
            raise UsageProblem(
                "The answers are for another seed.", where="--seed", next_step="Leave --seed out."
            )
        seed = given[0]
    picks = pick(course, store, **chosen)
    if not picks:
        return None
    paper = draw_paper(picks, _fresh(seed))
    if given is None:
        console.write_json(paper.to_json())
        return []
    scored = paper.score(given[1])
    _show_scored(store, paper, scored, json)
    return [(one.item.lesson, one.result.correct) for one in scored]


def _fresh(seed: int | None) -> int:
    from tutor.quiz import fresh_seed

    return fresh_seed() if seed is None else seed


def _nothing_to_ask(course: Content, store: Store, chosen: dict[str, Any], json: bool) -> int:
    lesson = chosen["lesson"]
    if lesson is not None and not (chosen["due"] or chosen["placement"]):
        raise UsageProblem(
            f"There is nothing to ask about '{lesson}'.",
            where="tutor quiz",
            next_step="'tutor list' shows all.",
        )
    if json:
        console.write_json({"schema": "tutor.quiz/1", "lesson": lesson, "seed": 0, "items": []})
    elif chosen["placement"]:
        console.write("Every lesson is done or tested out: there is nothing left to place.")
    else:
        console.write(_nothing_due(course, store))
    return 0


def _nothing_due(course: Content, store: Store) -> str:
    from tutor.progress import standing

    if waiting := standing(course, store).waiting:
        return f"Today's {store.daily_cap} are done; {waiting} wait for tomorrow."
    return "Nothing is due. 'tutor list' shows what is next."


def _show_scored(store: Store, paper: Paper, scored: list[Scored], json: bool) -> None:
    from tutor.cli.quiz_session import result_text, total_text
    from tutor.quiz import result_document
    from tutor.quiz.remembering import remember

    for one in scored:
        if one.answer is not None:
            remember(store, paper.seed, one.item, one.answer, one.result)
    if json:
        console.write_json(result_document(scored))
    else:
        points, of = sum(one.result.points for one in scored), sum(one.result.of for one in scored)
        console.write("\n\n".join([*(result_text(one) for one in scored), total_text(points, of)]))


def _text_of(answers: str) -> bytes:
    """The bytes of an answers file, or of stdin for ``-``."""
    from tutor.ordinary import NotOrdinary, open_ordinary

    try:
        if answers == "-":
            return sys.stdin.buffer.read()
        with open_ordinary(Path(answers)) as file:
            return file.read()
    except FileNotFoundError:
        reason = "There is no such file."
    except IsADirectoryError:
        reason = "This is a folder."
    except NotOrdinary:
        reason = "This is a device or a pipe, no file."
    raise UsageProblem(reason, where=answers, next_step="Name a JSON file, or - for stdin.")


def _place(course: Content, store: Store, outcomes: Outcomes, quiet: bool) -> None:
    from tutor.cli.course_map import next_text
    from tutor.progress import standing
    from tutor.quiz.placement import place

    placed = place(course, store, outcomes)
    if quiet:
        return
    if placed.tested_out:
        titles = ", ".join(clean(lesson.title) for lesson in placed.tested_out)
        console.write(console.wrapped(f"Tested out: {titles}."))
    if placed.exercises:
        console.write(console.wrapped(f"You may skip: {', '.join(placed.exercises)}."))
    console.write(next_text(standing(course, store)))
