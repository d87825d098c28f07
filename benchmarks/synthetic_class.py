"""A class that never was: students with made-up names, who hand in right, wrong and hostile files.

    python benchmarks/synthetic_class.py FOLDER [--files N] [--exercise ID …] [--seed N]

Right and wrong files are those that prove the graders, hostile ones those of ``tests/attacks``. Each gets a comment
of its own, so that nearly every file is another one, as in a class; one in twelve is a copy of somebody else's.
A few students hand in what can't be graded at all.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.attacks.corpus import ATTACKS  # noqa: E402

EXERCISES = ("per-row-scales", "absmax-int8", "zero-point", "int4-packing")
HOSTILE = ("exit_tricks", "odd_files", "patched_libraries", "forged_results", "payload_lies")
_SYLLABLES = (
    ("ba", "do", "fi", "ga", "ho", "ju", "ka", "li", "mo", "nu", "pe", "ra", "so", "ta", "vi", "zo"),
    ("ба", "до", "фи", "га", "ка", "ли", "мо", "ну", "ра", "со", "та", "ви"),
    ("λα", "μο", "νι", "ρα", "σο", "τα", "κι", "δω"),
    ("安", "文", "明", "月", "山", "林", "海", "星"),
    ("نا", "لي", "مر", "سا", "دي", "كا"),
)
ODD = ("empty", "large", "bomb", "traversal", "link", "notebook", "nothing", "broken")


def write_class(
    folder: Path, files: int, exercises: Sequence[str] = EXERCISES, seed: int = 1, *, odd: bool = True
) -> None:
    """Writes ``files`` submissions, ``student/exercise.py``, some of them odd ones where wanted."""
    chance = random.Random(seed)
    right = {one: _sources(one, "right") for one in exercises}
    wrong = {one: _sources(one, "wrong") for one in exercises}
    hostile = _hostile()
    people = _people(chance)
    written: list[tuple[str, bytes]] = []
    for number in range(files):
        student = folder / next(people)
        student.mkdir(parents=True)
        if odd and number < 2 * len(ODD):
            _hand_in_oddly(student, exercises[0], ODD[number % len(ODD)])
            continue
        exercise = exercises[number % len(exercises)]
        kind = chance.choices(("right", "wrong", "hostile", "copy"), (45, 37, 10, 8))[0]
        if kind == "copy" and written:
            exercise, data = chance.choice(written)
        else:
            pool = {"right": right[exercise], "wrong": wrong[exercise]}.get(kind, hostile)
            data = chance.choice(pool) + f"\n# {student.name}, {number}\n".encode()
        written.append((exercise, data))
        (student / f"{exercise}.py").write_bytes(data)


def _sources(exercise: str, kind: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "graders" / exercise / kind).glob("*.py"))]


def _hostile() -> list[bytes]:
    """Attacks that need nothing at stake."""
    chosen = [one for one in ATTACKS if one.path.parent.name in HOSTILE]
    return [one.data({}) for one in chosen if not re.search(r"@[A-Z]+@", one.path.read_text())]


def _people(chance: random.Random):
    seen: set[str] = set()
    while True:
        script = chance.choices(_SYLLABLES, (6, 1, 1, 1, 1))[0]
        words = ("".join(chance.choices(script, k=chance.randint(2, 3))) for _ in range(2))
        name = " ".join(word.capitalize() for word in words)
        if name not in seen:
            seen.add(name)
            yield name


def _hand_in_oddly(student: Path, exercise: str, how: str) -> None:
    file, archive = student / f"{exercise}.py", student / "work.zip"
    if how == "empty":
        file.write_bytes(b"")
    elif how == "large":
        file.write_bytes(b"#" * 100_000_000)
    elif how == "link":
        os.symlink("/etc/hostname", file)
    elif how == "notebook":
        (student / f"{exercise}.ipynb").write_text("{}")
    elif how == "broken":
        archive.write_bytes(b"PK\x03\x04 and no more")
    elif how in ("bomb", "traversal"):
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr(
                *(("zeros", b"\0" * 80_000_000) if how == "bomb" else (f"../../{exercise}.py", b""))
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--exercise", action="append", help="else four of the first modules")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write_class(options.folder, options.files, options.exercise or EXERCISES, options.seed)


if __name__ == "__main__":
    main()
