"""How long a start needs for a course of 1,000 lessons: with its index, and without.

    python benchmarks/content_index.py [--lessons N] [--rounds N]

Prints the median of each way, and its ratio to the start with an index, within this one run. The course
is made of copies of the first lesson, with its quiz and prompts, and of one exercise a lesson.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from tutor.course import load_content
from tutor.course.index import index_file
from tutor.paths import ContentRoot, content_root


def make_course(folder: Path, lessons: int) -> ContentRoot:
    """A course of ``lessons`` copies of the first lesson, written long ago as far as an index can tell."""
    source = content_root().root
    lesson = next((source / "lessons").glob("*/lesson.yaml")).parent
    exercise = next((source / "exercises").glob("*/exercise.yaml")).parent
    files = {
        "lessons/course.yaml": (source / "lessons/course.yaml").read_text(),
    }
    for number in range(lessons):
        at = f"lessons/{number:04}-lesson-{number}"
        files[f"{at}/lesson.yaml"] = renamed(lesson / "lesson.yaml", f"lesson-{number}")
        files[f"{at}/quiz.yaml"] = with_own_questions(lesson / "quiz.yaml", number)
        files[f"{at}/prompts.yaml"] = (lesson / "prompts.yaml").read_text()
        text = renamed(exercise / "exercise.yaml", f"exercise-{number}")
        data = yaml.safe_load(text) | {"lesson": f"lesson-{number}", "order": 1, "requires": []}
        files[f"exercises/exercise-{number}/exercise.yaml"] = yaml.safe_dump(data, allow_unicode=True)
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        os.utime(file, (1_700_000_000, 1_700_000_000))
    return ContentRoot(folder)


def renamed(file: Path, id: str) -> str:
    lines = file.read_text().splitlines(keepends=True)
    return "".join(f"id: {id}\n" if line.startswith("id: ") else line for line in lines)


def with_own_questions(file: Path, number: int) -> str:
    return file.read_text().replace("\n  - id: ", f"\n  - id: n{number}-")


def median(action: Callable[[], object], rounds: int) -> float:
    """Median seconds of ``action``."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lessons", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = make_course(folder / "course", options.lessons)
        index = folder / "index"
        touched = root.lessons / "0000-lesson-0" / "lesson.yaml"
        unwritable = root.lessons / "course.yaml"

        def edit_one() -> None:
            os.utime(touched)
            load_content(root, index=index)

        load_content(root, index=index)
        indexed = median(lambda: load_content(root, index=index), options.rounds)
        edited = median(edit_one, options.rounds)
        cold = median(lambda: load_content(root, index=unwritable), 1)
        size = index_file(root.root, index).stat().st_size
        print(f"{options.lessons} lessons, as many exercises; index of {size / 1e3:.0f} kB")
        for what, seconds in (("index", indexed), ("index, one lesson edited", edited), ("no index", cold)):
            print(f"{what:26} {seconds * 1e3:9.1f} ms   {seconds / indexed:7.1f}×")


if __name__ == "__main__":
    main()
