"""One submission in, one verdict out: through real zygotes, workers and a real judge."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

import psutil
import pytest

from tutor.errors import EnvironmentProblem, GraderFault
from tutor.grading import GradingEvent, Verdict, from_bytes

REFERENCE = Path(__file__).parent / "course/graders/halve/reference.py"


def outcomes(verdict: Verdict) -> dict[str, str]:
    return {check.id: check.outcome for check in verdict.checks}


def test_a_right_solution_passes_and_everything_is_measured(grade):
    verdict = grade(REFERENCE.read_bytes())

    assert verdict.verdict == "passed", verdict.message
    assert verdict.exit_code == 0
    assert outcomes(verdict) == {
        "halves": "passed",
        "round-trip": "passed",
        "memory": "passed",
        "speed": "skipped",
    }
    assert [check.required for check in verdict.checks] == [True, True, True, False]
    assert {m.name for check in verdict.checks for m in check.measurements} >= {"largest error", "payload"}
    assert verdict.usage.payload_bytes == 4 * (1 + 5 + 64 + 64)
    assert verdict.usage.peak_host_bytes is not None
    assert 4 << 20 <= verdict.usage.peak_host_bytes < 64 << 20
    assert verdict.usage.cpu_seconds is not None


def test_a_numpy_solution_gets_its_arrays_back_in_the_other_process(grade):
    verdict = grade((REFERENCE.parent / "right/by-numpy.py").read_bytes())

    assert verdict.passed, verdict.message


def test_the_verdict_document_has_every_key_and_survives_a_round_trip(grade):
    verdict = grade(REFERENCE.read_bytes())
    document = json.loads(json.dumps(verdict.to_json(), allow_nan=False))

    assert document["schema"] == "tutor.verdict/1"
    assert set(document) >= {
        "schema", "exercise", "verdict", "device", "solution", "seconds", "checks", "usage", "protections", "stdout"
    }  # fmt: skip
    assert set(document["checks"][0]) >= {
        "id", "title", "outcome", "required", "hidden", "measurements", "message", "misconception", "hint"
    }  # fmt: skip
    assert Verdict.from_json(document) == verdict


def test_a_wrong_solution_is_told_what_was_expected_what_came_and_which_misconception_it_looks_like(grade):
    verdict = grade((REFERENCE.parent / "wrong/doubled.py").read_bytes())

    assert verdict.verdict == "failed"
    first = verdict.checks[0]
    assert first.misconception == "doubled"
    assert first.message.index("Expected") < first.message.index("Came") < first.message.index("looks like")
    assert first.hint == "Divide."


def test_the_untouched_stub_is_an_error_that_says_what_to_do(grade):
    verdict = grade((REFERENCE.parents[2] / "exercises/halve/stub.py").read_bytes())

    assert verdict.verdict == "error"
    assert verdict.message == "`halve` is not written yet."
    assert "replace" in verdict.next_step
    assert len(verdict.checks) == 4


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (b"", "Expected a function `halve`. Came: halve.py defines no function."),
        (b"def half(x): return x", "defines `half`"),
        (b"halve = 3", "Expected `halve` to be a function. Came: a int"),
        (b"def halve(): return 1", "which can't take 1 argument"),
        (b"def halve(x, y): return 1", "missing a required argument: 'y'"),
        (b"def halve(x:\n  return x", "not valid Python"),
        (b"x = '\xff'", "not valid Python"),
        (b"# \xff\ndef halve(x): return x / 2", "not valid Python"),
        (b"\x00\x01\x02", "not valid Python"),
        (b"import sys; sys.exit(0)", "ended the program (SystemExit)"),
        (b"raise KeyboardInterrupt", "raised KeyboardInterrupt"),
        (b"import os; os._exit(0)", "ended itself (exit status 0)"),
        (b"import no_such_module", "No module named 'no_such_module'"),
        (b"1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_file_that_does_not_load_or_lacks_its_function_is_an_error_that_says_why(grade, source, told):
    verdict = grade(source)

    assert verdict.verdict == "error"
    assert told in verdict.checks[0].message
    assert all(check.outcome in ("error", "skipped") for check in verdict.checks)
    assert verdict.checks[1].message == "Same cause as check 1."


@pytest.mark.parametrize(
    ("body", "verdict_name", "told"),
    [
        ("return None", "error", "Came: None (is a 'return' missing?)"),
        ("return x.double() / 2", "failed", "Came: float64 tensor"),
        ("return x[:-1]", "failed", "shape"),
        ("return x * float('nan')", "failed", "nan (not a number)"),
        ("return x.to_sparse()", "error", "a sparse tensor"),
        ("return x.to('meta')", "error", "meta device"),
        ("return lambda: x", "error", "an object of type function"),
        ("return [x] * 10000", "error", "more than 4,096 values"),
        ("return torch.zeros(1 << 24)", "error", "may cross"),
        ("raise ValueError('no \\x1b[31m [bold]')", "error", "ValueError: no  [bold]"),
        ("def f(): return f()\nreturn f()", "error", "RecursionError"),
        ("return torch.nn.Parameter(x / 2)", "passed", ""),
        ("return (x.double() / 2).float().requires_grad_() * 1", "passed", ""),
        ("x /= 2\nreturn x", "passed", ""),
        ("return torch.stack([x / 2, x])[0]", "passed", ""),
    ],
)
def test_what_a_function_returns_is_judged_by_its_plain_bytes(grade, solution, body, verdict_name, told):
    verdict = grade(solution(body))

    assert verdict.verdict == verdict_name, verdict.message
    assert told in verdict.checks[0].message


def test_a_traceback_begins_in_the_learners_file_and_shows_no_frame_of_the_grader(grade, solution):
    message = (
        grade(solution("return helper(x)") + "\ndef helper(x):\n    return x.no_such()\n").checks[0].message
    )

    assert "halve.py, line 4 in halve" in message
    assert "halve.py, line 10 in helper" in message
    assert "tutor" not in message.replace("'tutor", "")


def test_an_endless_loop_ends_at_the_cpu_limit_with_the_line_on_which_it_stood(grade, solution, tmp_path):
    patient = grade.limit(tmp_path, "cpu_seconds: 1, wall_seconds: 90, arena_mib: 8")
    verdict = grade(solution("while True:\n    pass"), exercise=patient)

    assert verdict.verdict == "timeout"
    assert verdict.exit_code == 4
    assert "the limit of 1 CPU seconds" in verdict.message
    assert "`halve`, at line" in verdict.message
    assert "s of CPU time" in verdict.message


def test_sleeping_past_the_wall_limit_is_a_timeout_at_once(grade, solution, tmp_path):
    began = time.monotonic()
    hasty = grade.limit(tmp_path, "wall_seconds: 2, arena_mib: 8")
    verdict = grade(solution("import time\ntime.sleep(1000)"), exercise=hasty)

    assert verdict.verdict == "timeout"
    assert "2 seconds of wall time" in verdict.message
    assert "It was waiting, not computing." in verdict.message
    assert time.monotonic() - began < 10


def test_too_much_memory_is_a_resource_limit(grade, solution, tmp_path):
    patient = grade.limit(tmp_path, "cpu_seconds: 60, wall_seconds: 90, memory_mib: 1024, arena_mib: 8")
    verdict = grade(solution("return torch.ones(1 << 29) + x.sum()"), exercise=patient)

    assert verdict.verdict == "resource_limit", verdict.message
    assert "1,024 MiB of memory" in verdict.message


def test_prints_are_shown_once_cleaned_and_cut(grade, solution):
    source = 'print("loaded\\x1b]52;c;aGk=\\x07")\n' + solution('print("y" * 200_000)\nreturn x / 2')

    verdict = grade(source)

    assert verdict.passed
    assert verdict.stdout.startswith("loaded\n")
    assert "\x1b" not in verdict.stdout
    assert "cut here" in verdict.stdout
    assert len(verdict.stdout) < 300_000


def test_inputs_are_fresh_in_each_grading_and_the_same_for_the_same_seed(grade, solution):
    source = solution("print(float(x[0]))\nreturn x / 2")

    assert grade(source).stdout != grade(source).stdout
    assert grade(source, seed=7).stdout == grade(source, seed=7).stdout


def test_nothing_is_remembered_between_the_two_processes_or_two_gradings(grade):
    source = """
import os
seen = {}
def halve(x):
    seen["x"] = x.clone()
    open(os.environ["TMPDIR"] + "/x", "w").write("x")
    return x * 0
def double(x):
    return seen.get("x", x)
"""
    verdict = grade(source)

    assert outcomes(verdict)["round-trip"] == "failed"
    listing = grade("import os\nprint(os.listdir(os.environ['TMPDIR']))\n" + REFERENCE.read_text())
    assert listing.passed
    assert listing.stdout.startswith("[]")


def test_events_tell_each_check_as_it_ends(grade):
    events: list[GradingEvent] = []

    verdict = grade(REFERENCE.read_bytes(), on_event=events.append)

    assert [event.kind for event in events] == ["started", "loaded", *["check"] * 4, "verdict"]
    assert [event.number for event in events if event.kind == "check"] == [1, 2, 3, 4]
    assert events[-1].verdict == verdict
    json.dumps([event.to_json() for event in events], allow_nan=False)


def test_cancelling_answers_at_once_and_leaves_no_process(grade, solution):
    async def cancel_soon() -> float:
        exercise = grade.exercise
        submission = from_bytes(solution("import time\ntime.sleep(1000)").encode(), Path("halve.py"))
        task = asyncio.create_task(grade.grader.grade(exercise, submission))
        await asyncio.sleep(0.7)
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - began

    grade(REFERENCE.read_bytes())
    before = descendants()
    assert grade.runner.run(cancel_soon()) < 1.0
    grade.runner.run(asyncio.sleep(0.5))
    assert descendants() <= before


def test_a_zygote_that_dies_is_replaced_and_the_next_grading_is_right(grade):
    grade(REFERENCE.read_bytes())
    for zygote in (grade.grader.zygotes.judges, grade.grader.zygotes.workers):
        assert zygote is not None
        os.kill(zygote.pid, 9)

    assert grade(REFERENCE.read_bytes()).passed


def test_a_file_over_one_megabyte_gets_a_verdict_without_being_run(grade):
    verdict = grade(b"#" * 1_000_001)

    assert (verdict.verdict, verdict.exit_code) == ("error", 1)
    assert "1,000,001 bytes" in verdict.message


def test_a_device_that_is_not_there_is_a_problem_of_the_environment(grade):
    with pytest.raises(EnvironmentProblem) as problem:
        grade(REFERENCE.read_bytes(), device="cuda:7")

    assert problem.value.exit_code == 3


def test_a_broken_check_is_the_graders_fault_and_never_a_verdict(grade, tmp_path):
    import shutil

    from tutor.course import load_content
    from tutor.paths import ContentRoot

    shutil.copytree(grade.content.root.root, tmp_path / "course")
    checks = tmp_path / "course/graders/halve/test_halve.py"
    checks.write_text("def test_it(solution):\n    '''It'''\n    raise RuntimeError('broken')\n")
    exercise = load_content(ContentRoot(tmp_path / "course")).exercise("halve")

    with pytest.raises(GraderFault) as fault:
        grade.runner.run(grade.grader.grade(exercise, from_bytes(REFERENCE.read_bytes())))

    assert fault.value.exit_code == 5
    assert "no attempt of yours" in str(fault.value)


def test_an_empty_collection_is_never_a_pass(grade, tmp_path):
    import shutil

    from tutor.course import load_content
    from tutor.paths import ContentRoot

    shutil.copytree(grade.content.root.root, tmp_path / "course")
    (tmp_path / "course/graders/halve/test_halve.py").write_text("# no check\n")
    exercise = load_content(ContentRoot(tmp_path / "course")).exercise("halve")

    verdict = grade.runner.run(grade.grader.grade(exercise, from_bytes(REFERENCE.read_bytes())))

    assert not verdict.passed


def descendants() -> set[int]:
    return {process.pid for process in psutil.Process().children(recursive=True)}


@pytest.mark.parametrize(
    "encoded",
    [
        "\ufeff{}".format,
        lambda text: "# -*- coding: latin-1 -*-\n# \u00e9\n" + text,
        lambda text: text.replace("\n", "\r\n"),
    ],
)
def test_source_is_decoded_as_python_does(grade, encoded):
    text = encoded(REFERENCE.read_text())
    data = text.encode("latin-1" if "latin-1" in text else "utf-8")

    assert grade(data).passed


def test_the_kernels_own_limit_leaves_room_for_the_watch_to_say_what_it_was(grade):
    printing = "import resource\nprint('seconds', resource.getrlimit(resource.RLIMIT_CPU)[0])\n"
    verdict = grade(printing + REFERENCE.read_text())

    seconds = int(verdict.stdout.split("seconds ")[1].split()[0])
    assert verdict.passed
    assert seconds >= 1.25 * grade.exercise.info.limits.cpu_seconds


@pytest.mark.parametrize("before", ["", "\n\n\n"])  # Python itself tells the first two lines from the others
def test_a_file_that_is_no_utf_8_says_so_and_how_to_save_it(grade, before):
    verdict = grade(f"{before}# gr\u00f6\u00dfe\n{REFERENCE.read_text()}".encode("latin-1"))

    assert verdict.verdict == "error"
    assert "halve.py is not valid Python: it is no UTF-8 text" in verdict.message
    assert "Save it as UTF-8" in verdict.next_step


def test_a_worker_that_the_kernel_ended_for_its_memory_is_stopped_at_its_limit(grade, solution, monkeypatch):
    class Full:
        """A group as the kernel leaves it after it ended a worker."""

        ran_out_of_memory = True

        def add(self, pid: int) -> None: ...

        def end(self) -> None: ...

    monkeypatch.setattr("tutor.grading.workers.Group.create", lambda memory_bytes: Full())
    verdict = grade("import os; os._exit(0)")

    assert (verdict.verdict, verdict.exit_code) == ("resource_limit", 4)
    assert "MiB of memory" in verdict.message
    assert verdict.protections["cgroup"] == "active"
