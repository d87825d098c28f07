"""A learner in a hurry: records, answers, reads, notes, saves and resets, and says each time when it is done.

    python benchmarks/store_writer.py HOME EXERCISE SEED DAYS

Writes until it is killed. A line of JSON follows each thing that is done: ``ids`` of records, ``note`` (the number
kept as the draft), ``saved`` (the number that the learner's file holds), ``reset`` (the number that went to the
backups). The clock runs DAYS ahead, or behind.
"""

from __future__ import annotations

import json
import random
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tutor.course import LoadedExercise, load_content
from tutor.paths import ContentRoot
from tutor.progress import Store, workspace
from tutor.progress.own_words import KIND as OWN_WORDS

ROOT = Path(__file__).resolve().parents[1]
COURSE = ROOT / "tests/progress/course"
LESSONS = ("bits", "scales")


def version(number: int) -> bytes:
    """What the learner's file holds as its version ``number``: some pages, so that half of it would show."""
    return f"# version {number}\n".encode() * 600


def number_of(data: bytes) -> int | None:
    """Which whole version these bytes are; None: none."""
    found = re.match(rb"# version (\d+)\n", data)
    return int(found[1]) if found and data == version(int(found[1])) else None


class Learner:
    """One who works on one exercise, as a seed says."""

    def __init__(self, store: Store, exercise: LoadedExercise, dice: random.Random) -> None:
        self.store = store
        self.exercise = exercise
        self.dice = dice
        self.number = int(store.bookmark(f"draft:{exercise.id}") or 0)

    def do_something(self) -> dict[str, object]:
        """Do one thing to its end; what was promised by it."""
        kinds = (
            self.attempt,
            self.answer,
            self.read,
            self.write,
            self.merge,
            self.note,
            self.save,
            self.reset,
        )
        return self.dice.choices(kinds, (4, 4, 4, 2, 1, 2, 3, 1))[0]()

    def attempt(self) -> dict[str, object]:
        outcome = self.dice.choice(["passed", "failed"])
        check = {"id": "c", "outcome": outcome, "misconception": self.dice.choice([None, "half-a-step"])}
        document = {"exercise": self.exercise.id, "verdict": outcome, "device": "cpu", "checks": [check]}
        source = self.dice.randbytes(self.dice.choice([20, 20_000]))
        return {"ids": [self.store.record_attempt(document, source=source)]}

    def answer(self) -> dict[str, object]:
        lesson, item = self.dice.choice(LESSONS), self.dice.choice(["bytes", "range"])
        points = self.dice.choice([0, 0.5, 1])
        return {"ids": [self.store.record_answer(item, lesson, "single", 1, "größer", points, 1)]}

    def read(self) -> dict[str, object]:
        lesson, step = self.dice.choice(LESSONS), self.dice.choice(["why", "idea"])
        return {"ids": [self.store.record_event("step", lesson, {"step": step})]}

    def write(self) -> dict[str, object]:
        data = {"question": "q", "text": "in my own words " * self.dice.randrange(400), "made": [0]}
        return {"ids": [self.store.record_event(OWN_WORDS, self.dice.choice(LESSONS), data)]}

    def merge(self) -> dict[str, object]:
        """Take in some records of another machine, all at once."""
        (like, *_) = self.store.events("step", "bits") or [None]
        if like is None:
            return self.read()
        new = [
            replace(like, id=f"{self.dice.getrandbits(128):032x}", at=like.at - timedelta(hours=hours))
            for hours in range(5)
        ]
        self.store.add(new)
        return {"ids": [record.id for record in new]}

    def note(self) -> dict[str, object]:
        self.number += 1
        self.store.set_bookmark(f"draft:{self.exercise.id}", self.number)
        return {"note": self.number}

    def save(self) -> dict[str, object]:
        self.number += 1
        path = workspace.solution_path(self.store, self.exercise)
        workspace.save(self.store, self.exercise, version(self.number), over=path.read_bytes())
        return {"saved": self.number}

    def reset(self) -> dict[str, object]:
        there = number_of(workspace.solution_path(self.store, self.exercise).read_bytes())
        workspace.start_exercise(self.store, self.exercise, reset=True)
        return {"reset": there} if there is not None else {}


def main(home: Path, exercise: str, seed: str, days: int) -> None:
    content = load_content(ContentRoot(COURSE), index=home / "index")
    ahead = timedelta(days=days)
    with Store.open(home, content.id, clock=lambda: datetime.now(UTC) + ahead) as store:
        learner = Learner(store, content.exercise(exercise), random.Random(seed))
        path = workspace.start_exercise(store, learner.exercise)
        learner.number = max(learner.number, number_of(path.read_bytes()) or 0)
        while True:
            done = json.dumps(learner.do_something())
            sys.stdout.write(f"{done}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
