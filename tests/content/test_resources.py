"""What demos and gradings take of a machine: declared, within what a learner's machine has, and kept."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest
import yaml

from tests.content.lesson_text import FOLDERS, LESSONS, WITH_DEMO, lesson
from tutor.course import LoadedExercise, load_content
from tutor.paths import content_root

HOST_MIB, DEVICE_MIB = 8192, 4096

# A child begins with its parent's peak, and this process may have had a large one: a small one lies between.
LAUNCHER = """
import os, subprocess, sys
demo = [sys.executable, "-I", sys.argv[1], "--device", "cpu"]
process = subprocess.Popen(demo, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(status, used.ru_maxrss)
"""


@pytest.mark.parametrize("id", WITH_DEMO)
def test_a_demo_declares_what_it_takes_and_fits_a_small_machine(id: str) -> None:
    demo = lesson(id).demo
    assert demo is not None
    assert demo.memory_mib is not None
    assert demo.device_mib is not None
    assert demo.memory_mib <= HOST_MIB
    assert demo.device_mib <= DEVICE_MIB
    text = (LESSONS / FOLDERS[id] / "demo.py").read_text(encoding="utf-8")
    assert demo.model == ("TUTOR_MODEL_FOLDER" in text)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's figure has another unit elsewhere")
@pytest.mark.parametrize("id", WITH_DEMO)
def test_without_the_real_model_a_demo_keeps_to_what_it_declares(id: str) -> None:
    demo = lesson(id).demo
    assert demo is not None
    assert demo.memory_mib is not None
    file = LESSONS / FOLDERS[id] / "demo.py"
    environment = {name: value for name, value in os.environ.items() if name != "TUTOR_MODEL_FOLDER"}
    launched = subprocess.run(
        [sys.executable, "-I", "-c", LAUNCHER, str(file)],
        stdout=subprocess.PIPE,
        env=environment,
        check=True,
        text=True,
    )
    status, peak = map(int, launched.stdout.split())
    assert status == 0
    assert peak / 1024 <= demo.memory_mib


@pytest.mark.parametrize("exercise", load_content(content_root()).exercises, ids=lambda one: one.id)
def test_a_grading_fits_a_small_machine(exercise: LoadedExercise) -> None:
    limits = exercise.info.limits
    assert limits.memory_mib + 2 * limits.arena_mib <= HOST_MIB
    assert limits.device_mib <= DEVICE_MIB
    assert exercise.info.minutes >= 1


def test_the_evaluation_text_is_the_frozen_one() -> None:
    note = yaml.safe_load((LESSONS / "evaluation.yaml").read_text(encoding="utf-8"))
    text = (LESSONS / note["file"]).read_bytes()
    assert len(text) == note["bytes"] >= 60_000
    assert hashlib.sha256(text).hexdigest() == note["sha256"]
    assert note["license"]
