"""Whatever comes in over a border ends in a result or a named problem, soon, and writes nowhere else.

`benchmarks/fuzz.py` runs the same with 10,000 examples a border; here a stable seed and a few seconds.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.fuzz.borders import BORDERS, survey
from tests.fuzz.ground import Case, Ground

EXAMPLES = {"content": 250, "answers": 1000, "frames": 500, "imports": 200, "commands": 300}


@pytest.mark.alone
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("border", list(BORDERS))
def test_no_example_raises_hangs_or_writes_elsewhere(border: str, tmp_path: Path) -> None:
    tallies = survey(border, tmp_path / "ground", EXAMPLES[border], seed=20)
    assert {tally.name: tally.failures for tally in tallies if tally.failures} == {}
    assert sum(tally.examples for tally in tallies) >= EXAMPLES[border]


def _of_everyone(victim: Path, link: Path, own: Path) -> dict[str, object]:
    """Ways of writing to a file that is not an example's own."""
    return {
        "writing": lambda: victim.write_text("x"),
        "writing through a link": lambda: link.write_text("x"),
        "opening": lambda: os.close(os.open(victim, os.O_RDWR)),
        "deleting its folder": lambda: shutil.rmtree(victim.parent),
        "moving it in": lambda: os.rename(victim, own / "mine"),
        "moving over it": lambda: os.rename(link, victim),
        "its permissions, through a link": lambda: link.chmod(0),
        "cutting it": lambda: os.truncate(victim, 0),
        "as a database": lambda: sqlite3.connect(victim).execute("CREATE TABLE x (y)"),
        "a folder": lambda: victim.with_name("new").mkdir(),
    }


def test_a_write_elsewhere_is_found_and_does_not_happen(tmp_path: Path) -> None:
    with Ground(tmp_path / "ground") as ground:
        victim, link = ground.elsewhere / "inside/precious.txt", ground.place / "link"
        link.symlink_to(victim)
        for name, act in _of_everyone(victim, link, ground.place).items():
            tally = ground.survey(Case(name, st.just(act), lambda write: write()), 1, seed=0)
            assert tally.written == 1, name
            assert ground.is_untouched, name


def test_what_raises_or_hangs_is_found(tmp_path: Path) -> None:
    import time

    with Ground(tmp_path / "ground") as ground:
        assert ground.survey(Case("raises", st.just(0), lambda _: {}["x"]), 1, seed=0).raised == 1
        assert ground.survey(Case("waits", st.just(0), lambda _: time.sleep(20)), 1, seed=0).hangs == 1
        assert not ground.survey(Case("ends", st.just(0), lambda _: None), 1, seed=0).failures
