"""What every test gets: a home of its own, and none of the person's settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# Machines that run tests are busy: how long one example takes says nothing.
settings.register_profile("tutor", deadline=None)
settings.load_profile("tutor")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty ``TUTOR_HOME``, so that no test reads or writes the person's own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("TUTOR_HOME", str(folder))
    for name in ("TUTOR_CONTENT", "NO_COLOR", "FORCE_COLOR", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    return folder
