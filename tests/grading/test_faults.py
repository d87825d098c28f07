"""Whatever is killed, stopped or used up while a grading runs: an answer, in time, that wrongs nobody."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks import faults
from benchmarks.faults import Answer, Stand
from tutor.paths import ContentRoot
from tutor.sandbox import scratch

ROOT = Path(__file__).parents[2]
COURSE = Path(__file__).parent / "course"
RIGHT = (COURSE / "graders/halve/reference.py").read_bytes()
MOMENTS = 25
SLEEP = b"import time\ndef halve(x):\n    time.sleep(100)\ndef double(x):\n    return x * 2\n"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked at through /proc")


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left() -> Iterator[None]:
    """After all of it: no more descriptors and no more folders than before."""
    before = faults.Holdings.now()
    yield
    assert before.grown_by(faults.Holdings.now()) == []


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    """A grader with spare teams; after the module no process of it may be left."""
    stand = Stand(ContentRoot(COURSE), "halve", RIGHT)
    yield stand
    stand.close()
    assert stand.left_over() == []


@pytest.fixture(scope="module")
def short_stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The same with a wall limit of 3 seconds, for gradings that must run into it."""
    course = tmp_path_factory.mktemp("short") / "course"
    shutil.copytree(COURSE, course)
    exercise = course / "exercises/halve/exercise.yaml"
    exercise.write_text(exercise.read_text().replace("wall_seconds: 6", "wall_seconds: 3"))
    stand = Stand(ContentRoot(course), "halve", RIGHT)
    yield stand
    stand.close()
    assert stand.left_over() == []


@pytest.mark.slow
def test_killing_any_process_at_any_moment_leaves_an_answer_and_the_next_grading_right(stand: Stand) -> None:
    seed = int(os.environ.get("FAULT_SEED", random.randrange(1 << 32)))
    print(f"FAULT_SEED={seed}")
    numbers = random.Random(seed)
    stand.rest()
    span = stand.grade().seconds
    victims = list(faults.VICTIMS)
    victims += [faults.CHEAP_VICTIMS[n % len(faults.CHEAP_VICTIMS)] for n in range(MOMENTS - len(victims))]

    found, most_descriptors, descriptors = [], 0, faults.descriptors()
    for victim in victims:
        moment = faults.kill_at_random(stand, victim, numbers, span)
        found += faults.problems(moment, stand.limit_seconds)
        most_descriptors = max(most_descriptors, faults.descriptors())

    assert found == []
    assert stand.orphans() == []
    assert most_descriptors < descriptors + 30


def test_a_stopped_judge_is_the_graders_fault(short_stand: Stand) -> None:
    answer = short_stand.grade(SLEEP, hurt=short_stand.send("judge", signal.SIGSTOP), after=0.2)

    assert answer.fault is not None, answer
    assert "the judge was stopped" in answer.fault.message
    assert answer.fault.exit_code == 5
    assert answer.seconds < 3 + faults.SLACK_SECONDS
    assert short_stand.grade().name == "passed"


def test_a_judge_that_was_stopped_before_the_submission_came_is_the_graders_fault(short_stand: Stand) -> None:
    short_stand.rest()
    short_stand.send("judge", signal.SIGSTOP)()

    assert short_stand.grade().fault is not None
    assert short_stand.grade().name == "passed"


def test_a_large_submission_does_not_wait_for_a_judge_that_stands_still(stand: Stand) -> None:
    stand.rest()
    stand.send("judge", signal.SIGSTOP)()

    answer = stand.grade(RIGHT + b"#" * 900_000)

    assert answer.name == "passed", answer
    assert answer.seconds < stand.limit_seconds


def test_a_stopped_worker_is_a_timeout_at_once_and_the_next_grading_is_right(short_stand: Stand) -> None:
    answer = short_stand.grade(SLEEP, hurt=short_stand.send("first worker", signal.SIGSTOP), after=0.2)

    assert answer.name == "timeout", answer
    assert answer.seconds < 3 + faults.SLACK_SECONDS
    assert short_stand.grade().name == "passed"


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["collected checks", "stem", "judges' zygote", "workers' zygote"])
def test_a_process_that_forks_and_is_stopped_is_replaced(stand: Stand, victim: str) -> None:
    stand.rest()
    stand.send(victim, signal.SIGSTOP)()

    answers = [stand.grade(), stand.grade()]  # the first has its spare team, the second needs a fork

    assert [answer.name for answer in answers] == ["passed", "passed"], answers
    assert all(answer.seconds < stand.limit_seconds for answer in answers)


def test_checks_that_use_up_the_time_themselves_are_the_graders_fault(short_stand: Stand) -> None:
    checks = short_stand.exercise.checks_file
    as_they_were = checks.read_bytes()
    checks.write_text(
        "def test_it(solution):\n    '''It'''\n    solution.halve(1.0)\n    while True:\n        pass\n"
    )

    try:
        answer = short_stand.grade()
    finally:
        checks.write_bytes(as_they_were)

    assert answer.fault is not None, answer
    assert "the checks themselves used up the time" in answer.fault.message or "busy" in answer.fault.message


FILL_SCRATCH = """
import os
for number in range(10_000):
    try:
        with open(f"{number}", "wb") as file:
            file.write(bytes(1 << 20))
    except OSError as problem:
        print("full:", problem.strerror)
        break
"""
TAKE_DESCRIPTORS = """
import os
taken = []
try:
    while True:
        taken.append(os.open("/dev/null", os.O_RDONLY))
except OSError as problem:
    print("full:", problem.strerror)
"""
CLOSE_DESCRIPTORS = """
import os
def close_all():
    os.closerange(0, 4096)
"""
UNMAP_ARENA = """
import ctypes
def unmap():
    for line in open("/proc/self/maps"):
        if "arena" in line:
            low, high = (int(part, 16) for part in line.split()[0].split("-"))
            ctypes.CDLL(None).munmap(ctypes.c_void_p(low), ctypes.c_size_t(high - low))
"""


@pytest.mark.parametrize("prelude", [FILL_SCRATCH, TAKE_DESCRIPTORS], ids=["scratch", "descriptors"])
def test_using_up_scratch_or_descriptors_harms_nobody_else(stand: Stand, prelude: str) -> None:
    answer = stand.grade(prelude.encode() + RIGHT)

    assert answer.verdict is not None, answer
    if answer.name == "resource_limit":  # scratch has no limits of its own where mounts are refused
        assert "2,048 files" in answer.verdict.message
        assert answer.verdict.protections["root"] != "active"
    else:
        assert answer.verdict.stdout.startswith("full:")
        assert answer.name in ("passed", "error")
    assert stand.grade().name == "passed"


@pytest.mark.parametrize(
    ("prelude", "call"),
    [(CLOSE_DESCRIPTORS, "close_all()"), (UNMAP_ARENA, "unmap()")],
    ids=["socket", "arena"],
)
def test_taking_away_the_socket_or_the_arena_is_the_submissions_own_error(
    stand: Stand, prelude: str, call: str
) -> None:
    source = f"{prelude}\ndef halve(x):\n    {call}\n    return x / 2\ndef double(x):\n    return x * 2\n"

    answer = stand.grade(source.encode())

    assert answer.name == "error", answer
    assert answer.verdict is not None
    assert "The process that ran your code" in answer.verdict.message
    assert answer.seconds < stand.limit_seconds
    assert stand.grade().name == "passed"


def test_a_parent_without_descriptors_gets_one_line_and_loses_nothing(stand: Stand) -> None:
    stand.rest()
    rooms = stand.rooms()

    with no_descriptors():
        answers = [stand.grade(), stand.grade()]

    assert all(answer.name == "passed" or is_one_line(answer) for answer in answers), answers
    assert answers[1].fault is not None
    assert stand.grade().name == "passed"
    for room in rooms - stand.rooms():  # nobody empties a folder without a descriptor; later graders sweep it
        scratch.remove(room)


def test_killing_the_program_that_grades_leaves_no_process(home: Path, tmp_path: Path) -> None:
    solution = tmp_path / "solution.py"
    solution.write_bytes(SLEEP)
    command = [sys.executable, "-m", "tutor", "submit", "halve", str(solution), "--json-lines"]
    command += ["--content", str(COURSE)]
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with program:
        assert program.stdout is not None
        until(lambda: b'"loaded"' in program.stdout.readline())
        below = psutil.Process(program.pid).children(recursive=True)
        assert len(below) >= 4
        program.kill()

    _, alive = psutil.wait_procs(below, timeout=3)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def is_one_line(answer: Answer) -> bool:
    return answer.fault is not None and "\n" not in str(answer.fault)


@contextlib.contextmanager
def no_descriptors() -> Iterator[None]:
    """This process may open nothing more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
