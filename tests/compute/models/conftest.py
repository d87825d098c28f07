"""A package index that is a folder, a hub that is a thread, and a tiny model that really loads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compute.models.hub_server import Hub
from tests.compute.models.tiny import write_gguf
from tutor.compute.models import hub as hub_module
from tutor.compute.models import local as local_module


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which pip finds wheels; it asks no other place."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Where models lie in this test."""
    return tmp_path / "models"


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """transformers is not asked, which takes seconds: it would load anything."""
    monkeypatch.setattr(local_module, "check_loads", lambda folder, scratch, where: None)
    for name in ("check_known", "check_loads"):
        monkeypatch.setattr(hub_module, name, lambda folder, scratch, where: None)


@pytest.fixture(scope="session")
def tiny_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a tiny llama as transformers writes them."""
    folder = tmp_path_factory.mktemp("tiny")
    write_gguf(folder / "tiny.gguf")
    made = folder / "made"
    converter = [
        sys.executable,
        "-I",
        "-m",
        "tutor.compute.models.converter",
        str(folder),
        "tiny.gguf",
        str(made),
    ]
    subprocess.run(converter, check=True, capture_output=True, timeout=300)
    return {file.name: file.read_bytes() for file in made.iterdir()}


@pytest.fixture
def tiny_model(tmp_path: Path, tiny_files: dict[str, bytes]) -> Path:
    """A folder with the tiny llama, the test's own."""
    folder = tmp_path / "Tiny Llama"
    folder.mkdir()
    for name, content in tiny_files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_files: dict[str, bytes]) -> Iterator[Hub]:
    """A hub with one model, ``org/tiny``, that the hub's client asks instead of the real one."""
    hub = Hub({"org/tiny": {**tiny_files, "README.md": b"Tiny.\n", "evil.py": b"raise SystemExit\n"}})
    server = hub.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    yield hub
    hub.going.set()
    server.shutdown()
    server.server_close()
