"""The trusted parent's side of the process that it starts: the stem, from which both zygotes are forked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping

from tutor.compute import telemetry
from tutor.sandbox.forks import Forks
from tutor.sandbox.scratch import scratch_room

# Heaps that are kept, used again, and in huge pages where the kernel has them: page faults, and the tables of pages
# that each fork copies, dominate a small grading. They save a fifth of its time and cost a megabyte.
ENVIRONMENT = {
    **telemetry.OFF,
    "OMP_WAIT_POLICY": "passive",
    "GLIBC_TUNABLES": "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1073741824:glibc.malloc.hugetlb=1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "TQDM_DISABLE": "1",  # progress bars of a library that loads a model would fill what the learner printed
    "CUDA_DEVICE_ORDER": "PCI_BUS_ID",  # so that cuda:N is the driver's number N (compute/gpus.py)
}
KEPT_VARIABLES = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "CUDA_HOME",
    "SYSTEMROOT",
)

LAST_WORDS = 4096


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of zygotes: nothing of the learner's but what finds programs and devices."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, **ENVIRONMENT, **(extra or {})}


class Stem(Forks):
    """The process that imports torch. It is started at once; forks ordered early wait until it is ready."""

    MODULE = "tutor.sandbox.stem"

    def __init__(self) -> None:
        command = [sys.executable, "-I", "-m", self.MODULE]
        with contextlib.ExitStack() as made, contextlib.ExitStack() as handed_over:
            room = made.enter_context(scratch_room())
            ours, theirs = socket.socketpair()
            made.callback(ours.close)
            handed_over.callback(theirs.close)
            self.process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                env=clean_environment({"TMPDIR": room}),
                cwd="/",
                start_new_session=True,
            )
            super().__init__(ours, self.MODULE)
            self._made = made.pop_all()
        self._words = bytearray()

    def connect(self) -> None:
        if self._reader is None:
            assert self.process.stderr is not None
            os.set_blocking(self.process.stderr.fileno(), False)
            asyncio.get_running_loop().add_reader(self.process.stderr, self._read_words)
        super().connect()

    @property
    def alive(self) -> bool:
        return not self._gone and self.process.poll() is None

    def last_words(self) -> str:
        self._read_words()
        lines = self._words.decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else ""

    def _read_words(self) -> None:
        """Empties the pipe of standard error, which would stop its writer when it is full; keeps the end."""
        assert self.process.stderr is not None
        try:
            chunk = os.read(self.process.stderr.fileno(), 1 << 16)
        except (OSError, ValueError):
            return
        self._words = (self._words + chunk)[-LAST_WORDS:]
        if not chunk and self._reader is not None:
            self._reader.get_loop().remove_reader(self.process.stderr)

    def close(self) -> None:
        if self.process.stderr is None or self.process.stderr.closed:
            return
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(RuntimeError):  # its loop is closed
                self._reader.get_loop().remove_reader(self.process.stderr)
        self.channel.close()
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._fail_all(self._fault())
        self.process.stderr.close()
        self._made.close()
