"""What one worker of a run of the tests makes is found by the others, and made anew where making it failed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest

from tests import once as module
from tests.once import once, share


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    kept = list(module._shared)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    share(tmp_path)
    yield
    module._shared[:] = kept


def test_many_who_ask_at_once_get_the_one_text_that_was_made() -> None:
    made: list[int] = []

    def make() -> str:
        made.append(1)
        sleep(0.05)
        return f"text {len(made)} of α"

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda _: once("a name", make), range(8)))
    assert texts == ["text 1 of α"] * 8
    assert once("another name", make) == "text 2 of α"


def test_what_failed_is_tried_again_by_the_next() -> None:
    with pytest.raises(ZeroDivisionError):
        once("a name", lambda: str(1 // 0))
    assert once("a name", lambda: "made") == "made"


def test_workers_share_the_folder_above_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share(tmp_path)
    assert once("a name", lambda: "by itself") == "by itself"
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")
    share(tmp_path / "popen-gw1")
    assert once("a name", lambda: "by gw1") == "by itself"
