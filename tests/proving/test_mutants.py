"""Mutants of references: how they are made, how they are graded, and which count as right."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from tests.cli.conftest import write_course
from tutor.course import LoadedExercise
from tutor.errors import GraderFault
from tutor.grading import CheckResult, GradingEvent, Verdict
from tutor.paths import ContentRoot
from tutor.proving import validate
from tutor.proving.equivalents import Equivalents
from tutor.proving.gradings import Gradings
from tutor.proving.mutants import mutants
from tutor.proving.report import ValidationReport
from tutor.proving.survival import prove_mutants

ROOT = Path(__file__).parents[2]


def changes(body: str) -> set[str]:
    """What the last line of a function with that body may become."""
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    made = mutants(f"import torch\n\ndef f(x, y, n):\n{indented}\n")
    return {mutant.becomes for mutant in made if mutant.number == 3 + len(body.splitlines())}


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("return x + y", {"return x - y"}),
        ("return x / y", {"return x * y", "return x // y"}),
        ("return x and y", {"return x or y"}),
        ("return x < y", {"return x <= y", "return x >= y"}),
        ("return x is y", {"return x is not y"}),
        ("return -x", {"return x"}),
        ("return x * 127", {"return x / 127", "return x * 128", "return x * 126"}),
        ("return x * 0.25", {"return x / 0.25", "return x * 0.5", "return x * 0.125"}),
        ("return x if y else n", {"return x if not y else n"}),
        ("return [i for i in x if i]", {"return [i for i in x]"}),
        ("return x.round()", {"return x.floor()", "return x.ceil()", "return x.trunc()", "return x"}),
        ("return torch.abs(x)", {"return x"}),
        ("return x.clamp(y)", {"return x.clamp()", "return x"}),
        ("return max(x, y)", {"return min(x, y)", "return x", "return y"}),
        ("return torch.where(x, y, n)", {"return y", "return n", "return torch.where(x, n, y)"}),
        ("return x.amax(dim=1)", {"return x.amin(dim=1)", "return x.amax(dim=0)", "return x.amax()"}),
        ("return x.sum(dim=-1)", {"return x.mean(dim=-1)", "return x.sum(dim=0)", "return x.sum()"}),
        ("return f(x, keepdim=True)", {"return f(x, keepdim=False)"}),
        ("return x.to(torch.int8)", {"return x.to(torch.uint8)", "return x.to(torch.int16)", "return x"}),
        ("return x[:n]", {"return x[:n + 1]", "return x[:n - 1]"}),
        ("return x[1:]", {"return x[2:]", "return x[0:]"}),
        ("return x.T", {"return x"}),
        ("return (x, y)", {"return (y, x)"}),
        ("x = y", {"pass"}),
        ("x[n] = y", {"pass"}),
        ("x += y", {"pass", "x -= y", "x = y"}),
        ("x.sort_()", {"pass"}),
        ("new = y", set()),
        ("return f'{x + 1}'", set()),
    ],
)
def test_each_line_becomes_what_a_slip_would_make_of_it(line: str, becomes: set[str]) -> None:
    assert changes(line) == becomes


def test_conditions_and_loops_are_left_out_or_turned_around() -> None:
    source = "def f(x):\n    while x:\n        if x > 1:\n            break\n    return x\n"
    made = {(mutant.line, mutant.becomes) for mutant in mutants(source)}
    assert made == {
        ("while x:", "pass"),
        ("while x:", "while not x:"),
        ("if x > 1:", "pass"),
        ("if x > 1:", "if x >= 1:"),
        ("if x > 1:", "if x <= 1:"),
        ("if x > 1:", "if x > 2:"),
        ("if x > 1:", "if x > 0:"),
        ("break", "continue"),
    }


def test_texts_types_and_imports_stay() -> None:
    source = '"""1 + 1"""\nimport math\n\ndef f(x: "1 + 1") -> int | 1:\n    """2 * 2"""\n    return x\n'
    assert mutants(source) == []


def test_a_mutant_is_found_where_its_change_is_and_keeps_its_name_when_lines_move() -> None:
    [mutant] = mutants("def f(x):\n    return abs(x)\n")
    assert (mutant.number, mutant.column, str(mutant)) == (2, 12, "return abs(x)  →  return x")
    [moved] = mutants("# more\n\ndef f(x):\n    # and more\n    return abs( x )\n")
    assert (moved.line, moved.becomes) == (mutant.line, mutant.becomes)
    assert moved.number == 5


@pytest.mark.parametrize(
    "reference", sorted((ROOT / "graders").glob("*/reference.py")), ids=lambda p: p.parent.name
)
def test_the_mutants_of_every_reference_are_valid_and_all_different(reference: Path) -> None:
    source = reference.read_text(encoding="utf-8")
    made = mutants(source)
    assert made == mutants(source)
    assert len({mutant.source for mutant in made}) == len(made) > 3
    for mutant in made:
        compile(mutant.source, "mutant", "exec")
        assert mutant.line != mutant.becomes


# --- grading them -------------------------------------------------------------------------------


class FakeGradings:
    """Rejects by a rule on source and seed, and remembers what it was asked."""

    def __init__(self, folder: Path, rule: Callable[[str, int], bool]) -> None:
        self.exercise: Any = SimpleNamespace(
            grader_folder=folder, reference=folder / "reference.py", checks_file=folder / "test_f.py"
        )
        self.asked: list[tuple[str, int]] = []
        self._rule = rule

    async def rejects(self, source: bytes, path: Path, seed: int) -> bool:
        self.asked.append((source.decode(), seed))
        return self._rule(source.decode(), seed)


def proved(
    folder: Path, rule: Callable[[str, int], bool], equivalent_seeds: int = 4
) -> tuple[Any, ValidationReport, FakeGradings]:
    gradings, report = FakeGradings(folder, rule), ValidationReport()
    equivalents = Equivalents(gradings.exercise)
    proof = asyncio.run(
        prove_mutants(gradings, equivalents, (1, 2, 3, 4), report, equivalent_seeds=equivalent_seeds)
    )  # type: ignore[arg-type]
    return proof, report, gradings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reference.py").write_text("def f(x):\n    return abs(x) / 127\n")
    return tmp_path


def test_one_seed_is_enough_to_reject_and_four_to_survive(folder: Path) -> None:
    proof, report, gradings = proved(folder, lambda source, seed: "abs" in source and seed == 2)
    assert (proof.rejected, proof.equivalent, proof.of) == (4, 0, 5)
    assert [problem.code for problem in report.problems] == ["mutants-survive"]
    [survivor] = report.warnings
    assert survivor.where.endswith("reference.py:2:12")
    assert "return abs(x) / 127  →  return x / 127" in survivor.message
    seeds = [seed for source, seed in gradings.asked if "abs" not in source]
    assert seeds == [1, 2, 3, 4]
    assert max(seed for source, seed in gradings.asked if "abs" in source) == 2


def test_a_survivor_that_is_named_with_a_reason_is_equivalent(folder: Path) -> None:
    (folder / "equivalent.yaml").write_text(
        "mutants:\n"
        "  - line: return abs(x) / 127\n"
        "    becomes:\n      - return x\n        / 127\n"
        "    why: Never negative.\n"
    )
    proof, report, _ = proved(folder, lambda source, seed: "abs" in source)
    assert (proof.rejected, proof.equivalent, proof.of, proof.share) == (4, 1, 5, 1.0)
    assert report.problems == report.warnings == []


@pytest.mark.parametrize("seeds", [1, 4])
def test_what_is_said_to_be_equivalent_is_tried_as_often_as_asked(folder: Path, seeds: int) -> None:
    (folder / "equivalent.yaml").write_text(
        "mutants:\n  - {line: return abs(x) / 127, becomes: [return x / 127], why: Never negative.}\n"
    )
    proof, report, gradings = proved(folder, lambda source, seed: "abs" in source, seeds)
    assert (proof.equivalent, report.problems) == (1, [])
    assert len([seed for source, seed in gradings.asked if "abs" not in source]) == seeds


def test_entries_that_name_no_mutant_or_a_rejected_one_are_problems(folder: Path) -> None:
    (folder / "equivalent.yaml").write_text(
        "mutants:\n"
        "  - {line: return abs(x) / 127, becomes: [return abs(x) / 125], why: No mutant.}\n"
        "  - {line: return abs(x) / 127, becomes: [return x / 127], why: Rejected.}\n"
    )
    _, report, _ = proved(folder, lambda source, seed: True)
    assert [(problem.code, problem.line) for problem in report.problems] == [
        ("stale-equivalent", 2),
        ("stale-equivalent", 3),
    ]
    assert "No mutant of the reference" in report.problems[0].message
    assert "rejected" in report.problems[1].message


@pytest.mark.parametrize(
    "text", ["mutants: []\n", "mutants:\n  - {line: a, becomes: [b]}\n", "mutant: 1\n", "\tx\n", ""]
)
def test_a_broken_file_is_told_of_with_its_place(folder: Path, text: str) -> None:
    (folder / "equivalent.yaml").write_text(text)
    equivalents = Equivalents(SimpleNamespace(grader_folder=folder))  # type: ignore[arg-type]
    assert equivalents.problems
    assert all(problem.file.endswith("equivalent.yaml") and problem.line for problem in equivalents.problems)


def test_a_fault_of_the_grader_is_a_problem_and_no_rejection(folder: Path) -> None:
    def rule(source: str, seed: int) -> bool:
        if "abs" not in source:
            raise GraderFault("it broke")
        return True

    proof, report, _ = proved(folder, rule)
    assert (proof.rejected, proof.of) == (4, 5)
    assert report.problems[0].code == "grader-fault"


class StuckGrader:
    """Tells of one check, and never comes to a verdict."""

    def __init__(self, outcome: Any, required: bool) -> None:
        self._check = CheckResult("c", "C", outcome, required=required)
        self.ended = False

    async def grade(self, *_: object, on_event: Callable[[GradingEvent], None], **__: object) -> None:
        try:
            await asyncio.sleep(0)
            on_event(GradingEvent("check", check=self._check))
            await asyncio.sleep(3600)
        finally:
            self.ended = True


@pytest.mark.parametrize(
    ("outcome", "required", "ends"),
    [("failed", True, True), ("failed", False, False), ("error", True, False), ("passed", True, False)],
)
def test_a_grading_ends_with_the_first_required_check_that_fails(
    outcome: str, required: bool, ends: bool
) -> None:
    grader = StuckGrader(outcome, required)

    async def ask() -> bool:
        exercise: Any = SimpleNamespace(id="c")
        gradings = Gradings(grader, exercise, "cpu")  # type: ignore[arg-type]
        return await asyncio.wait_for(gradings.rejects(b"", Path("x.py"), 1), timeout=60 if ends else 0.2)

    if ends:
        assert asyncio.run(ask()) is True
    else:
        with pytest.raises(TimeoutError):
            asyncio.run(ask())
    assert grader.ended


# --- a whole course -----------------------------------------------------------------------------


def test_a_course_is_proved_with_its_mutants(tmp_path: Path) -> None:
    with_abs = '"""Double a number."""\n\n\ndef double(x):\n    return abs(2 * x)\n'
    course = write_course(tmp_path / "course", {"graders/doubling/reference.py": with_abs})
    weak = validate(ContentRoot(course), mutants=True)
    assert [problem.code for problem in weak.problems] == ["mutants-survive"]
    assert [warning.where.rpartition("/")[2] for warning in weak.warnings] == ["reference.py:5:12"]
    assert weak.to_json()["exercises"][0]["mutants"] == {
        "rejected": 3,
        "equivalent": 0,
        "of": 4,
        "share": 0.75,
        "enough": False,
    }
    (course / "graders/doubling/equivalent.yaml").write_text(
        "mutants:\n  - {line: return abs(2 * x), becomes: [return 2 * x], why: x is positive.}\n"
    )
    proved = validate(ContentRoot(course), full=True, seed=5)
    assert proved.problems == []
    assert proved.to_json()["exercises"][0]["mutants"]["equivalent"] == 1


def test_mutants_are_left_to_full_by_what_the_exercise_says_however_slow_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graded = Gradings.verdict

    async def slowly(
        self: Gradings, source: bytes, path: Path, seed: int, **enough: Any
    ) -> Verdict | GraderFault:
        verdict = await graded(self, source, path, seed, **enough)
        assert isinstance(verdict, Verdict)
        return replace(verdict, usage=replace(verdict.usage, cpu_seconds=6.5))

    monkeypatch.setattr(Gradings, "verdict", slowly)
    course = write_course(tmp_path / "course")
    tried = validate(ContentRoot(course), mutants=True).exercises[0]
    assert tried.reference_seconds == 6.5
    assert tried.mutants is not None
    file = course / "exercises/doubling/exercise.yaml"
    file.write_text(file.read_text() + "slow_to_prove: true\n")
    left = validate(ContentRoot(course), mutants=True).exercises[0]
    assert left.to_json()["mutants"] is None
    assert "loads a model" in left.mutants_left
    assert validate(ContentRoot(course), full=True, seed=5).exercises[0].mutants is not None


def test_the_course_leaves_to_full_only_what_trains_loads_a_model_or_compiles() -> None:
    exercises = [*(ROOT / "exercises").glob("*/exercise.yaml")]
    slow = {
        path.parent.name for path in exercises if yaml.safe_load(path.read_text("utf-8")).get("slow_to_prove")
    }
    assert slow == {"qat", "model-footprint", "w4a16-kernel", "capstone"}


def test_prove_means_the_cpu_for_which_equivalents_hold_unless_told_otherwise() -> None:
    # This test may itself be run by make, which tells its children so and has them name their folder.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    made = subprocess.run(
        ["make", "-n", "prove", "ARGS=--only qat"],
        cwd=ROOT,
        env=outside,
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout.splitlines()[-1].endswith(" -m tutor validate --full --device cpu --only qat")


def test_an_exercise_knows_its_own_file(tmp_path: Path) -> None:
    from tutor.course import load_content

    course = write_course(tmp_path / "course", {"graders/doubling/equivalent.yaml": "mutants: 3\n"})
    exercise: LoadedExercise = load_content(ContentRoot(course)).exercise("doubling")
    assert [problem.line for problem in Equivalents(exercise).problems] == [1]
