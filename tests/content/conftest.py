"""What checks need that are called here and not by the judge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from tests.content.exercises import ROOT


@pytest.fixture
def graders(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Makes the modules that hidden checks share importable, and computes on one thread, as the judge does."""
    monkeypatch.syspath_prepend(str(ROOT / "graders"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
