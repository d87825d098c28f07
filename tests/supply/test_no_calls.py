"""The learner's whole loop calls nobody: the kernel and every Python of it are watched, and libraries told not to.

Two guards watch the same run. A hook in each interpreter's start writes down what Python is asked to connect to or to
look up; and where this machine allows a network of one's own, its loopback sees every packet of every process
(`trap.py`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tutor.compute import telemetry

REPOSITORY = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
OWN_NETWORK = ["unshare", "--user", "--map-root-user", "--net"]

# Python's own audit events; a Unix socket's address is a path. What a confined process can't write down it can't
# send either.
HOOK = """
import json, os, sys
REPORT, NAMES, TOLD = {report!r}, {names!r}, {told!r}

def write(*words):
    try:
        file = os.open(REPORT, os.O_WRONLY | os.O_APPEND)
        os.write(file, (json.dumps(words) + "\\n").encode())
        os.close(file)
    except OSError:
        pass

def hook(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and not str(address[0]).startswith("127.") and address[0] != "::1":
            write("call", event, str(address))
    elif event in NAMES and arguments[0] not in (None, "", "localhost", "127.0.0.1", "::1", b"localhost"):
        write("call", event, str(arguments[0]))

write("start", sys.orig_argv[1:], {{name: os.environ.get(name, "") for name in TOLD}})
sys.addaudithook(hook)
"""
LOOKING_UP = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "webbrowser.open")


@dataclass
class Watched:
    """What a watched run did."""

    status: int
    printed: str
    packets: list[str] | None  # None: this machine allows no network of one's own
    calls: list[list[str]] = field(default_factory=list)
    starts: list[tuple[list[str], dict[str, str]]] = field(default_factory=list)


def has_own_network() -> bool:
    try:
        done = subprocess.run(
            [*OWN_NETWORK, "ip", "link", "set", "lo", "up"], capture_output=True, timeout=20
        )
    except FileNotFoundError:
        return False
    return done.returncode == 0


def watched(folder: Path, *program: str | Path) -> Watched:
    """Run a Python program in an environment whose every interpreter is watched."""
    environment, report, trapped = folder / "environment", folder / "report", folder / "trapped"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    packages = next(environment.glob("lib/python*/site-packages"))
    source = HOOK.format(report=str(report), names=LOOKING_UP, told=tuple(telemetry.OFF))
    (packages / "watching.py").write_text(source)
    # A line that begins with "import" is run at each start of this interpreter, be it isolated or not.
    places = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), str(REPOSITORY)]
    (packages / "watching.pth").write_text("\n".join(["import watching", *places]) + "\n")
    report.touch()
    own = has_own_network()
    trap: list[str | Path] = [*OWN_NETWORK, sys.executable, HERE / "trap.py", trapped] if own else []
    done = subprocess.run(
        [*trap, environment / "bin" / "python", *program],
        cwd=folder,
        env={**os.environ, "TUTOR_HOME": str(folder / "home")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    run = Watched(done.returncode, done.stdout + done.stderr, None)
    if own:
        assert trapped.exists(), done.stderr
        run.packets = trapped.read_text().splitlines()
    for kind, *words in map(json.loads, report.read_text().splitlines()):
        if kind == "call":
            run.calls.append(words)
        else:
            run.starts.append((words[0], words[1]))
    return run


def test_the_watchers_would_see_a_call(tmp_path: Path) -> None:
    if not has_own_network():
        pytest.skip("without a network of its own, the call would leave this machine")
    calling = (
        "import contextlib, socket\n"
        "with contextlib.suppress(OSError): socket.create_connection(('192.0.2.7', 443), 2)\n"
        "with contextlib.suppress(OSError): socket.getaddrinfo('telemetry.example', 443)\n"
    )
    run = watched(tmp_path, "-c", calling)
    assert ["socket.connect", "('192.0.2.7', 443)"] in run.calls
    assert ["socket.getaddrinfo", "telemetry.example"] in run.calls
    assert run.packets is not None
    assert "192.0.2.7 port 443" in run.packets


@pytest.mark.slow
def test_the_main_job_works_without_a_network_and_calls_nobody(tmp_path: Path) -> None:
    run = watched(tmp_path, HERE / "main_job.py", REPOSITORY, tmp_path)

    assert run.status == 0, run.printed
    ended = [(name, status) for name, status, _ in map(json.loads, run.printed.splitlines())]
    assert [status for name, status in ended if name == "submit per-row-scales"] == [0, 1]
    # The doctor may find something wrong with this machine.
    others = {name: status for name, status in ended if name not in ("submit per-row-scales", "doctor")}
    assert set(others.values()) == {0}, run.printed
    assert "the app" in others

    assert run.calls == []
    assert run.packets in ([], None)

    own = [(command, told) for command, told in run.starts if "main_job.py" not in " ".join(command)]
    children = [(command, told) for command, told in own if command[:2] != ["-m", "tutor"]]
    assert len(children) >= 5, run.starts  # the demo, the trial, the zygotes, the doctor's
    for command, told in children:
        assert told == telemetry.OFF, command


def test_the_program_itself_tells_its_libraries_before_it_loads_them() -> None:
    code = "import json, os\nfrom tutor.cli import main\nmain(['--version'])\nprint(json.dumps(dict(os.environ)))"
    unset = {name: value for name, value in os.environ.items() if name not in telemetry.OFF}
    done = subprocess.run([sys.executable, "-c", code], env=unset, capture_output=True, text=True, timeout=60)
    told = json.loads(done.stdout.splitlines()[-1])
    assert {name: told.get(name) for name in telemetry.OFF} == telemetry.OFF


def test_the_libraries_understand_what_they_are_told() -> None:
    code = "from huggingface_hub import constants\nprint(constants.HF_HUB_DISABLE_TELEMETRY)"
    for told, answer in ((telemetry.OFF, "True"), ({}, "False")):
        kept = {name: value for name, value in os.environ.items() if name not in telemetry.OFF}
        done = subprocess.run(
            [sys.executable, "-c", code], env={**kept, **told}, capture_output=True, text=True, timeout=60
        )
        assert done.stdout.strip() == answer, done.stderr
