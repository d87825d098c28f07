"""Fires attacks at a real grader and says what went wrong.

``python -m tests.attacks.battery LAYERS ATTACK…`` does so in a process of its own, as whoever runs it, without
the layers named (joined by commas, or ``-``), and prints what went wrong as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import glob
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import psutil

from tests.attacks.corpus import ATTACKS, Attack, fill
from tests.attacks.ground import Ground
from tutor.course import load_content
from tutor.errors import GraderFault
from tutor.grading import Grader, Verdict, from_bytes
from tutor.paths import ContentRoot
from tutor.sandbox import scratch
from tutor.sandbox.branch import Branch

TRIES_WHEN_BUSY = 4
SETTLED_AFTER = 5.0


class Battery:
    """One warm grader on one ground, with the layers ``without`` left out."""

    def __init__(self, ground: Ground, without: Iterable[str] = (), *, keep_warm: bool = False) -> None:
        self.ground, self.without, self.keep_warm = ground, frozenset(without), keep_warm
        self._content = load_content(ContentRoot(ground.course))
        self._runner = asyncio.Runner()
        stakes = {"TUTOR_HOME": str(ground.home), "TUTOR_SECRET": ground.secret}
        with (
            mock.patch.object(Branch, "zygote", self._leaving_out()),
            mock.patch.dict(os.environ, stakes),
        ):
            self._grader = Grader(self._content.root, keep_warm=keep_warm)
            self.protections = self._grade("halve", self.reference("halve")).protections
        self._processes = self._settled(set())

    def reference(self, exercise: str) -> bytes:
        return self._content.exercise(exercise).reference.read_bytes()

    def fire(self, attack: Attack) -> Verdict:
        return self._grade(attack.exercise, attack.data(self.ground.names))

    def wrongs(self, attack: Attack, verdict: Verdict) -> list[str]:
        """Everything about a verdict, and the ground after it, that must not be."""
        document = verdict.to_json()
        words = json.dumps(document, ensure_ascii=False)
        found = []
        if verdict.verdict not in attack.verdicts:
            found.append(
                f"verdict {verdict.verdict}: {verdict.message} {[c.message for c in verdict.checks]}"
            )
        if attack.says not in "\n".join([verdict.message, *(check.message for check in verdict.checks)]):
            found.append(f"the verdict does not say {attack.says!r}: {verdict.message}")
        if "SUCCEEDED" in words:
            found.append(verdict.stdout)
        if self.ground.secret in words:
            found.append("a secret is in the verdict")
        if set(_controls(document)):
            found.append(f"control characters in the verdict: {set(_controls(document))!r}")
        found += [f"trace: {path}" for path in self._traces(attack) if os.path.lexists(path)]
        found += self.ground.harm()
        return found + self.strays()

    def strays(self) -> list[str]:
        """Processes that a grading has left."""
        known = self._processes | self._holding_checks()
        return [f"process left: {pid}" for pid in self._settled(known) - known]

    def wrongs_of_next(self) -> list[str]:
        """What is wrong with a grading of the reference, right after an attack."""
        began = time.monotonic()
        verdict = self._grade("halve", self.reference("halve"))
        seconds = time.monotonic() - began
        found = [] if verdict.passed else [f"the next grading: {verdict.verdict}, {verdict.message}"]
        if verdict.stdout:
            found.append(f"the next grading printed: {verdict.stdout[:200]}")
        return found + ([f"the next grading took {seconds:.1f} s"] if seconds > 5 else [])

    def close(self) -> None:
        self._runner.run(self._grader.close())
        self._runner.close()

    @staticmethod
    def scratch_left() -> list[str]:
        """Scratch folders that graders of this process left where workers have no file system of their own."""
        return glob.glob(f"{tempfile.gettempdir()}/{scratch.PREFIX}{os.getpid()}-*")

    def _grade(self, exercise: str, data: bytes) -> Verdict:
        submission = from_bytes(data, Path("halve.py"))
        for attempt in range(TRIES_WHEN_BUSY):
            try:
                return self._runner.run(self._grader.grade(self._content.exercise(exercise), submission))
            except GraderFault as fault:  # a machine that is busy is no fault, but any other is one
                if "too busy" not in str(fault) or attempt == TRIES_WHEN_BUSY - 1:
                    raise
        raise AssertionError

    def _settled(self, known: set[int]) -> set[int]:
        """The processes below this one, once there are no more than ``known`` or a while has passed."""
        deadline = time.monotonic() + (SETTLED_AFTER if known else 1.0)
        while True:
            self._runner.run(asyncio.sleep(0.005))
            processes = {process.pid for process in psutil.Process().children(recursive=True)}
            if processes <= known or time.monotonic() > deadline:
                return processes

    def _holding_checks(self) -> set[int]:
        """The trusted processes that stay, for the next grading of an exercise: its checks are collected there."""
        judges = self._grader.zygotes.judges
        return {process.pid for process in psutil.Process(judges.pid).children()} if judges else set()

    def _traces(self, attack: Attack) -> list[str]:
        return [fill(path, self.ground.names) for path in attack.traces]

    def _leaving_out(self) -> Any:
        fork, without = Branch.zygote, sorted(self.without)

        async def leave_out(stem: Any, module: str, options: Any) -> Branch:
            extra = {"without": without} if module == "tutor.sandbox.worker" and without else {}
            return await fork(stem, module, {**options, **extra})

        return leave_out


def _controls(value: Any) -> Iterable[str]:
    """Characters in any text of a document that no terminal, log or XML should get."""
    if isinstance(value, str):
        for character in value:
            code = ord(character)
            if (code < 32 and character not in "\n\t") or 127 <= code < 160 or 0xD800 <= code < 0xE000:
                yield character
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _controls(key)
            yield from _controls(item)
    elif isinstance(value, list):
        for item in value:
            yield from _controls(item)


def main(arguments: Sequence[str]) -> None:
    without = [] if arguments[0] == "-" else arguments[0].split(",")
    wrongs: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as home, contextlib.closing(Ground()) as ground:
        os.environ["TUTOR_HOME"] = home
        with contextlib.closing(Battery(ground, without)) as battery:
            for attack in ATTACKS:
                if attack.id in arguments[1:]:
                    wrongs[attack.id] = battery.wrongs(attack, battery.fire(attack))
            wrongs["the next grading"] = battery.wrongs_of_next()
        wrongs["closing"] = battery.scratch_left()
    print(json.dumps({"user": os.geteuid(), "protections": battery.protections, "wrongs": wrongs}))


if __name__ == "__main__":
    main(sys.argv[1:])
