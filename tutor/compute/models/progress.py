"""How far a fetch is: its stage, and where bytes are counted how many have come and how fast."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_LOOK_SECONDS = 0.2
_WINDOW_SECONDS = 5.0


@dataclass(frozen=True)
class Progress:
    """One moment of a fetch. ``done`` and ``total`` in bytes; ``total`` is 0 where nothing is counted.

    ``rate`` is in bytes a second over the last seconds, None until it can be told.
    """

    stage: str
    done: int = 0
    total: int = 0
    rate: float | None = None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate; None if that cannot be told."""
        return (self.total - self.done) / self.rate if self.rate and self.total else None


Tell = Callable[[Progress], None]


class Meter:
    """Turns counts of bytes into `Progress` with a rate. A recent window, so that a stall shows."""

    def __init__(
        self, stage: str, total: int, tell: Tell, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.stage, self.total, self.tell, self.clock = stage, total, tell, clock
        self._seen = deque([(clock(), 0)])
        tell(Progress(stage, 0, total))

    def __call__(self, done: int) -> None:
        """Tell that so many bytes are ``done`` by now."""
        now = self.clock()
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW_SECONDS:
            self._seen.popleft()
        then, before = self._seen[0]
        rate = (done - before) / (now - then) if now - then >= _LOOK_SECONDS else None
        self.tell(Progress(self.stage, min(done, self.total) if self.total else done, self.total, rate))


@contextlib.contextmanager
def watching(measure: Callable[[], int], on_bytes: Callable[[int], None]) -> Iterator[None]:
    """Tell what ``measure`` finds on the disk while another process writes there, whenever it changed.

    The disk is asked, not the program that downloads: not every version of it has a bar that can be read.
    """
    ended = threading.Event()

    def watch() -> None:
        told = 0
        while not ended.wait(_LOOK_SECONDS):
            if (come := measure()) > told:
                told = come
                on_bytes(come)

    watcher = threading.Thread(target=watch, name="download", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def sizes_under(folder: Path) -> list[int]:
    """Bytes of each file anywhere under ``folder``, which another process is moving about in meanwhile."""
    sizes = []
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                sizes.append(os.lstat(os.path.join(parent, name)).st_size)
    return sizes
