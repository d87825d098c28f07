"""The Ray engine: the same verdicts as the local one, and nothing lost with a process or a node.

Ray is an extra: where it is not installed these are skipped.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.classroom.conftest import RIGHT, WRONG, Files
from tutor.classroom.engines import Wanted
from tutor.classroom.engines import engine as make_engine
from tutor.classroom.rows import Row
from tutor.classroom.running import ClassRun, Progress, Ran
from tutor.classroom.session import Session
from tutor.course import Content
from tutor.errors import EnvironmentProblem

ray = pytest.importorskip("ray", reason="the extra 'ray' is not installed (pip install 'tutor[ray]')")

pytestmark = [pytest.mark.alone, pytest.mark.slow]

Write = Callable[[Files], Path]


def files(count: int) -> dict[str, bytes]:
    return {f"s{n:02}/doubling.py": b"# %d\n" % n + (WRONG if n % 3 else RIGHT) for n in range(count)}


def without_times(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [{**row.cells(), "seconds": None} for row in rows]


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A head and a second node, a core each, on this machine."""
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    made.second = made.add_node(num_cpus=1)
    made.wait_for_nodes()
    yield made
    ray.shutdown()
    made.shutdown()


def test_both_engines_give_the_same_gradebook(content: Content, handed_in: Write, tmp_path: Path) -> None:
    folder = handed_in(
        {**files(8), "odd/doubling.py": b"raise SystemExit('passed')\n", "empty/doubling.py": b""}
    )
    rows = {}
    for engine in ("local", "ray"):
        wanted = Wanted(device="cpu", workers=2)
        with Session(content, folder, tmp_path / engine, engine=engine, wanted=wanted, seed=7) as session:
            book, ran = asyncio.run(session.grade())
        assert ran.graded == 10
        rows[engine] = without_times(book.rows)
    assert rows["local"] == rows["ray"]
    assert [row["verdict"] for row in rows["ray"]].count("passed") == 3


def test_a_lost_process_and_a_lost_node_lose_nothing(
    cluster: Any, content: Content, handed_in: Write, tmp_path: Path
) -> None:
    folder = handed_in(files(60))
    struck: list[str] = []

    async def grade(session: Session) -> Ran:
        wanted = Wanted(device="cpu", address=cluster.address)
        async with make_engine("ray", content.root, session.exercises, wanted) as engine:
            assert engine.workers == 2
            station = engine._stations[0]  # type: ignore[attr-defined]
            _, pid = await station.actor.ready.remote()

            def strike(progress: Progress) -> None:
                if progress.done == 10:
                    os.kill(pid, signal.SIGKILL)
                    struck.append("process")
                elif progress.done == 25:
                    cluster.remove_node(cluster.second, allow_graceful=False)
                    struck.append("node")

            return await ClassRun(content, engine, session.journal, on_progress=strike).run(
                session.found.submissions
            )

    with Session(content, folder, tmp_path / "journal", seed=7) as session:
        ran = asyncio.run(grade(session))
    with Session(content, folder, tmp_path / "calm", seed=7, wanted=Wanted(device="cpu")) as session:
        calm, _ = asyncio.run(session.grade())
    assert struck == ["process", "node"]
    assert ran.graded == 60
    assert without_times(ran.rows) == without_times(calm.rows)


def test_a_cluster_that_is_not_there_is_told(content: Content, handed_in: Write, tmp_path: Path) -> None:
    wanted = Wanted(device="cpu", address="127.0.0.1:1")
    with (
        Session(content, handed_in(files(1)), tmp_path / "j", engine="ray", wanted=wanted) as session,
        pytest.raises(EnvironmentProblem, match="can't be reached"),
    ):
        asyncio.run(session.grade())
