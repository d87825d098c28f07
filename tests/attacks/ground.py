"""The ground that attacks are fired on: what is at stake, and a look at it afterwards.

At stake are a learner's other file, a folder that everybody may write to, hidden checks, a home, a
process, and listeners on sockets. All of it is a stand-in, made for the tests and thrown away.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from pathlib import Path

import psutil

from tutor.sandbox.scratch import remove

REPOSITORY = Path(__file__).resolve().parents[2]
NOBODY = 65534
# In folders that all share: what carries this process's number, since other tests attack at the same time.
LEFTOVERS = (*(f"{folder}/attack-{os.getpid()}-*" for folder in ("/tmp", "/dev/shm", "/var/tmp")), "attack*")


class Ground:
    """What is at stake, in a folder of its own. ``close`` takes it away."""

    def __init__(self) -> None:
        self.secret = f"canary-{secrets.token_hex(16)}"
        self.base = Path(tempfile.mkdtemp(prefix="ground-"))
        self.base.chmod(0o755)
        self.folder, self.home, self.course = self.base / "folder", self.base / "home", self.base / "course"
        for folder in (self.folder, self.home):
            folder.mkdir()
            folder.chmod(0o777)
            for name in ("other.py", "disposable", "secret.txt"):
                (folder / name).write_text(f"# {self.secret}\n")
                (folder / name).chmod(0o666)
        self._copy_course()
        self.process = subprocess.Popen(
            ["sleep", "900"],
            env={"PATH": os.environ["PATH"], "TUTOR_SECRET": self.secret},
            user=NOBODY if os.geteuid() == 0 else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._listen()
        self._before, self._leftovers = self._look(), _leftovers()

    @property
    def names(self) -> dict[str, str]:
        """What stands for ``@NAME@`` in an attack."""
        graders = self.course / "graders"
        return {
            "FOLDER": str(self.folder),
            "CANARY": str(self.folder / "other.py"),
            "HOME": str(self.home),
            "GRADERS": str(graders),
            "CHECKS": str(graders / "halve/test_halve.py"),
            "REFERENCE": str(graders / "halve/reference.py"),
            "PID": str(self.process.pid),
            "PARENT": str(os.getpid()),
            "PORT": str(self._sockets[0].getsockname()[1]),
        }

    def accept(self) -> None:
        """Takes everything as it is now for how it should be."""
        self._before = self._look()

    def harm(self) -> list[str]:
        """What is not as it was, in words; empty if all is well."""
        found = [f"changed: {line}" for line in sorted(self._look() ^ self._before)]
        if self.process.poll() is not None:
            found.append("the canary's process was ended")
        found += [f"left behind: {path}" for path in _leftovers() - self._leftovers]
        for sock in self._sockets:
            with contextlib.suppress(BlockingIOError):
                sock.recv(1) if sock.type == socket.SOCK_DGRAM else sock.accept()
                found.append(f"reached: {sock.getsockname()!r}")
        return found

    def close(self) -> None:
        for sock in self._sockets:
            sock.close()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.base)
        for left in _leftovers() - self._leftovers:
            remove(left) if os.path.isdir(left) else os.unlink(left)

    def _copy_course(self) -> None:
        """The tiny course of the engine's tests and one real exercise, with a secret in what is hidden."""
        shutil.copytree(
            REPOSITORY / "tests/grading/course", self.course, ignore=shutil.ignore_patterns("__pycache__")
        )
        for room in ("exercises", "graders"):
            shutil.copytree(REPOSITORY / room / "per-row-scales", self.course / room / "per-row-scales")
        for shared in (REPOSITORY / "graders").glob("*.py"):
            shutil.copy(shared, self.course / "graders")
        description = self.course / "exercises/per-row-scales/exercise.yaml"
        text = description.read_text().replace("lesson: scales\norder: 1\n", "lesson: halving\norder: 2\n")
        description.write_text(text.replace("requires: [absmax-int8]\n", ""))
        (self.course / "graders/secret.txt").write_text(self.secret)
        for hidden in (self.course / "graders").rglob("*.py"):
            hidden.write_text(f"{hidden.read_text()}\n# {self.secret}\n")

    def _listen(self) -> None:
        tcp = socket.create_server(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
        self._sockets = [
            tcp,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
            *(socket.socket(socket.AF_UNIX) for _ in "ab"),
        ]
        self._sockets[1].bind(("127.0.0.1", port))
        for sock, address in zip(
            self._sockets[2:], (str(self.folder / "socket"), f"\0attack-{port}"), strict=True
        ):
            sock.bind(address)
            sock.listen()
        (self.folder / "socket").chmod(0o777)
        for sock in self._sockets:
            sock.setblocking(False)

    def _look(self) -> set[str]:
        """Every file at stake with mode, owner, times and content; the canary's priority, processors and limits."""
        seen = set()
        for path in sorted(self.base.rglob("*")):
            status = path.lstat()
            regular = stat.S_ISREG(status.st_mode)
            content = hashlib.sha256(path.read_bytes()).hexdigest() if regular else ""
            seen.add(f"{path} {status.st_mode:o} {status.st_uid} {status.st_mtime_ns} {content}")
        canary = psutil.Process(self.process.pid)
        limits = Path(f"/proc/{self.process.pid}/limits").read_text()
        stopped = canary.status() == psutil.STATUS_STOPPED
        seen.add(f"canary {canary.nice()} {canary.cpu_affinity()} {stopped} {hash(limits)}")
        seen.add(
            f"self {psutil.Process().nice()} {psutil.Process().cpu_affinity()} {os.environ.get('PYTEST_ADDOPTS')}"
        )
        seen.add(f"shared memory {Path('/proc/sysvipc/shm').read_text()}")
        return seen


def _leftovers() -> set[str]:
    return {path for pattern in LEFTOVERS for path in glob.glob(pattern)}
