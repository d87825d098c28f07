"""Answers to questions of every kind: typed by a learner, sent as a document, sent by an assistant."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from hypothesis import strategies as st

from tests.cli.conftest import write_course
from tests.fuzz.content import MORE
from tests.fuzz.ground import Case, Ground, fresh, seconds_of_children
from tests.fuzz.hostile import changed, either, mangled, scalars, texts, values
from tutor.assist.tools import Desk, tools_of
from tutor.assist.tools.calling import arguments_of, checked_call
from tutor.cli.answering import question_lines, read_answer
from tutor.cli.quiz_session import result_text
from tutor.course import Content, load_content
from tutor.errors import UsageProblem
from tutor.paths import ContentRoot, installed_root
from tutor.progress import Store
from tutor.quiz import Item, Paper, Result, Scored, build, read_answers, result_document, score
from tutor.quiz.numbers import NumberError, read_quantity
from tutor.quiz.remembering import remember
from tutor.quiz.units import UnitError

_DIGITS = st.text("0123456789٣²⁻−+-.,_eE^*/xX×·=~≈ \xa0%", max_size=14)
_UNITS = st.sampled_from(
    [
        "",
        "bits",
        "GB",
        "GiB",
        "gb",
        "MB/s",
        "bytes per weight",
        "tok/s",
        "ms",
        "%",
        "x",
        "TFLOPS",
        "µs",
        "kb",
        "//",
        "per",
    ]
)
_MULTIPLES = st.sampled_from(
    ["", " thousand", " million", "billion", " trillion", "**", "**9999", "^-9999", "/0", "e9999", "⁹⁹⁹⁹"]
)
quantities = either(
    st.tuples(_DIGITS, _MULTIPLES, st.just(" "), _UNITS).map("".join),
    st.tuples(
        st.sampled_from(["1", "2.5", "1/3", "7,000", "1e300", "3*10", "0", "-0"]), _MULTIPLES, _UNITS
    ).map("".join),
    texts,
)


def cases(ground: Ground) -> Iterator[Case]:
    """All of this border."""
    real = load_content(installed_root())
    items = [item for lesson in real.lessons for seed in (1, 2) for item in build(lesson, seed)]
    cheap = [item for item in items if item.kind != "code"]
    store = ground.keep(Store.open(ground.home, "fuzz"))
    yield Case("values", _answers_to(cheap), lambda given: a_value(store, *given), 4)
    yield Case("typed lines", _lines_for(items), lambda given: typed(*given), 3)
    yield Case(
        "quantities", st.tuples(either(quantities, scalars), _UNITS), lambda given: a_quantity(*given), 2
    )
    yield Case("documents", _documents(real), lambda given: a_document(*given), 2)
    small = load_content(
        ContentRoot(write_course(fresh(ground.place / "course"), MORE)), index=ground.place / "index"
    )
    desk = Desk(small, store)
    yield Case("by an assistant", _calls(small), lambda given: by_an_assistant(desk, *given))
    (code,) = (item for item in build(small.lessons[0], 1) if item.kind == "code")
    yield Case(
        "code that ends",
        st.tuples(st.sampled_from(FILLINGS), st.text(" \n\t", max_size=6)).map("".join),
        lambda filling: some_code(code, filling),
        0.1,
        clock=seconds_of_children,
    )


# --- answers as values ---------------------------------------------------------------------------


def _answers_to(items: list[Item]) -> st.SearchStrategy[tuple[Item, Any]]:
    """An item, and an answer that is nearly or not at all of its kind."""

    def answer(item: Item) -> st.SearchStrategy[Any]:
        right = _right_shape(item)
        nearly = right.flatmap(partial(changed, most=1))
        return st.tuples(st.just(item), either(right, right, nearly, values))

    return st.sampled_from(items).flatmap(answer)


def _right_shape(item: Item) -> st.SearchStrategy[Any]:
    """What an item takes, be it right or wrong."""
    ids = [choice.id for choice in item.options]
    if item.kind == "single":
        return st.sampled_from(ids)
    if item.kind == "multiple":
        return st.lists(st.sampled_from(ids), unique=True)
    if item.kind == "order":
        return st.permutations(ids)
    if item.kind == "match":
        lefts, rights = ([choice.id for choice in side] for side in (item.left, item.right))
        return st.dictionaries(st.sampled_from(lefts), st.sampled_from(rights))
    return quantities if item.kind == "numeric" else texts


def a_value(store: Store, item: Item, answer: object) -> None:
    """Scored, shown and remembered, or refused as an answer of the wrong shape."""
    result = score(item, answer)
    _check(result)
    result_text(Scored(item.id, item, answer, result))
    remember(store, 1, item, answer, result)


def _check(result: Result) -> None:
    assert 0 <= result.points <= result.of
    assert isinstance(result.explanation, str)
    assert result.explanation.strip()


# --- answers as lines ----------------------------------------------------------------------------


def _lines_for(items: list[Item]) -> st.SearchStrategy[tuple[Item, list[str]]]:
    words = either(
        st.text("abcdefgzABC1234,;:-= ", max_size=12), st.text("123456789abc-=: ,", max_size=20), quantities
    )
    lines = st.lists(either(words, words, texts), min_size=1, max_size=4)
    return st.tuples(st.sampled_from(items), lines)


def typed(item: Item, lines: list[str]) -> None:
    """What a learner types after a question: read, and scored but for code."""
    rest = iter([*lines, ""])
    list(question_lines(item))
    answer = read_answer(item, lambda prompt: next(rest, ""))
    if item.kind != "code":
        result = score(item, answer)
        _check(result)
        assert "\x1b" not in result_text(Scored(item.id, item, answer, result))


def a_quantity(answer: object, unit: str) -> None:
    """A number that was typed, in whatever unit was asked."""
    from math import isfinite

    with contextlib.suppress(NumberError, UnitError):
        assert isfinite(read_quantity(answer, unit))


# --- documents, and assistants -------------------------------------------------------------------


def _documents(content: Content) -> st.SearchStrategy[tuple[Paper, bytes]]:
    lessons = [lesson for lesson in content.lessons if lesson.items]
    papers = [
        Paper(one.id, 3, tuple(item for item in build(one, 3) if item.kind != "code")) for one in lessons
    ]

    def document(paper: Paper) -> st.SearchStrategy[tuple[Paper, bytes]]:
        keys = paper.keys
        fitting = st.fixed_dictionaries(
            {
                "seed": st.just(3),
                "answers": st.fixed_dictionaries({}, optional={k: _right_shape(i) for k, i in keys.items()}),
            }
        )
        whole = fitting.map(lambda it: json.dumps(it).encode())
        nearly = fitting.flatmap(changed).map(lambda it: json.dumps(it).encode())
        return st.tuples(st.just(paper), either(whole, nearly, whole.flatmap(mangled)))

    return st.sampled_from(papers).flatmap(document)


def a_document(paper: Paper, data: bytes) -> None:
    """`tutor quiz --answers`: the whole document is refused, or every item has a result."""
    _, answers = read_answers(data)
    scored = paper.score(answers)
    json.dumps(result_document(scored), allow_nan=False)
    assert len(scored) == len(paper.items)


QUICK = (
    "list_lessons",
    "read_step",
    "lesson_pack",
    "what_is_due",
    "ask_question",
    "answer_question",
    "show_brief",
    "read_learners_file",
    "next_hint",
    "last_verdict",
    "show_solution",
)


def _calls(content: Content) -> st.SearchStrategy[tuple[str, Any]]:
    """A tool that starts no grading, and arguments that it may or may not take."""
    items = st.sampled_from([item for item in content.lessons[0].items if item != "some-code"])
    known = {
        "lesson": st.just("first"),
        "step": st.sampled_from(["why", "run", ""]),
        "exercise": st.just("doubling"),
        "item": items,
        "seed": st.integers(0, 2**53),
        "answer": values,
        "knobs": values,
    }
    arguments = st.fixed_dictionaries(
        {}, optional={key: either(good, good, values) for key, good in known.items()}
    )
    fitting = st.fixed_dictionaries({key: known[key] for key in ("lesson", "item", "seed", "answer")})
    return either(
        st.tuples(st.sampled_from(QUICK), either(arguments, values)),
        st.tuples(st.just("answer_question"), fitting),
        st.tuples(
            st.sampled_from(["read_step", "lesson_pack", "ask_question"]),
            st.fixed_dictionaries({"lesson": known["lesson"]}),
        ),
        st.tuples(
            st.sampled_from(["show_brief", "next_hint", "last_verdict"]),
            st.fixed_dictionaries({"exercise": known["exercise"]}),
        ),
    )


def by_an_assistant(desk: Desk, name: str, arguments: Any) -> None:
    """A call as the chat and MCP make it."""
    tool = next(tool for tool in tools_of(desk) if tool.__name__ == name)
    if not isinstance(arguments, dict) or not all(isinstance(key, str) for key in arguments):
        raise UsageProblem("no arguments")  # the protocols refuse it before
    assert isinstance(asyncio.run(checked_call(tool, arguments_of(tool), arguments)), str)


# --- code ----------------------------------------------------------------------------------------

FILLINGS = (
    "2 * x",
    "x",
    "x +",
    ")",
    "1/0",
    "exit()",
    "__import__('os').kill(0, 9)",
    "__import__('os')._exit(3)",
    "print(x) or 2*x",
    "'a' * 10**9",
    "[x] * 10**7",
    "2 * x\n    raise SystemExit",
    "float('nan')",
    "10**5000",
    "object()",
    "(yield)",
    "\0",
    "open('/tmp/tutor-fuzz', 'w')",
    "__import__('socket').socket()",
    "__import__('sys').stdout.write('x' * 10**6) and 2*x",
)


def some_code(item: Item, filling: str) -> None:
    """A filling that ends by itself; it runs in a confined process."""
    _check(score(item, filling))
