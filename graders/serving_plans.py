"""Judging what a planner chose: its form, the schemes, the batches, the rates and the costs."""

from __future__ import annotations

from typing import Any

from serving_judge import CLOSE, RIGHT, Ask, Case, Judge, same

ENTRY = ("scheme", "batch", "rate", "cost")


def asking_plan(case: tuple[Any, ...]) -> Ask:
    """How a planner is asked for the plan of ``case``: model, gpu, setup and schemes."""
    return lambda planner: planner.plan(*case)


def planned(expect: Any, came: Any) -> Any:
    """A plan with its numbers as plain numbers; None stays."""
    if came is None:
        return None
    wanted = "None, or a dict with one_stream and best_batch"
    expect(isinstance(came, dict), expected=wanted, came=f"a value of type {type(came).__name__}")
    expect({"one_stream", "best_batch"} <= came.keys(), expected=wanted, came="a dict without one of them")
    return {key: planned_entry(expect, key, came[key]) for key in ("one_stream", "best_batch")}


def planned_entry(expect: Any, key: str, entry: Any) -> Any:
    """An entry with plain numbers; None stays. Ends the check if its form is not the brief's."""
    if entry is None:
        return None
    wanted = f"{key!r}: None, or a dict with {', '.join(ENTRY)}"
    expect(isinstance(entry, dict), expected=wanted, came=f"a value of type {type(entry).__name__}")
    missing = [part for part in ENTRY if part not in entry]
    expect(not missing, expected=wanted, came=f"one without {', '.join(missing)}")
    expect(isinstance(entry["scheme"], str), expected=f"the scheme's name in {key!r}", came="something else")
    return {"scheme": entry["scheme"]} | {
        part: expect.number(entry[part], name=f"{part} of {key}") for part in ENTRY[1:]
    }


def judge_plans(solution: Any, measure: Any, expect: Any, judge: Judge, drawn: list[Any]) -> None:
    """Asks the learner for a plan of every drawn case, and judges form first, then scheme, batch, rate and cost.

    Args:
        drawn: the arguments of ``plan``, case by case.
    """
    cases = []
    for case in drawn:
        came, ask = solution.plan(*case), asking_plan(case)
        if ask(RIGHT) is None and not (
            isinstance(came, dict) and came
        ):  # no plan in any form: say so at once
            judge_no_plan(expect, judge, came)
        cases.append(Case("", planned(expect, came), ask))
    judge.remember(cases)

    def idea() -> str | None:
        return judge.idea(cases) or judge.idea(cases, CLOSE)

    for case in cases:
        right, came = case.ask(RIGHT), case.came
        if right is None or came is None:
            expect(
                came is right,
                expected="None where no scheme holds one stream, and only there",
                came="a plan" if right is None else "None",
                misconception=idea,
            )
            continue
        for key, wanted in right.items():
            judge_entry(measure, expect, key, wanted, came[key], idea)


def judge_entry(measure: Any, expect: Any, key: str, wanted: Any, came: Any, idea: Any) -> None:
    """Judges one entry: its scheme and batch must be the right ones, its rate and cost within 1e-3.

    Args:
        key: "one_stream" or "best_batch".
        wanted, came: entries, or None.
        idea: tells the misconception behind all plans of the check.
    """
    if wanted is None or came is None:
        expect(
            came is wanted,
            expected=f"{key!r} to be None where no scheme that fits gives the wanted rate, and only there",
            came="an entry" if wanted is None else "None",
            misconception=idea,
        )
        return
    for part, rule in (
        ("scheme", {"one_stream": "the first in the list that does it", "best_batch": "the cheapest"}[key]),
        (
            "batch",
            {"one_stream": "1", "best_batch": "the largest that fits and keeps every stream's rate"}[key],
        ),
    ):
        expect(
            same(came[part], wanted[part]),
            expected=f"{part} of {key!r}: {rule}",
            came="another",
            misconception=idea,
        )
    for part in ("rate", "cost"):
        measure(
            f"relative error of the {part}",
            abs(came[part] / wanted[part] - 1),
            CLOSE,
            expected=f"{part} of {key!r} within 1e-3",
            came=f"{came[part] / wanted[part]:.6g} times as much",
            misconception=idea,
        )


def chosen(came: Any) -> bool:
    """Whether there is an entry in what came."""
    return isinstance(came, dict) and any(isinstance(entry, dict) and entry for entry in came.values())


def judge_no_plan(expect: Any, judge: Judge, came: Any) -> None:
    """Where nothing fits, None and nothing else."""
    expect(
        came is None,
        expected="None where no scheme holds one stream",
        came="a plan" if chosen(came) else "something else, without an entry",
        misconception=lambda: None if chosen(came) else judge.say("nothing-fits-not-told"),
    )
