"""A command that is ended, or whose terminal goes away, clears up as after Ctrl+C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

NAMES = ("SIGTERM", "SIGHUP")


@contextmanager
def signals_cancel() -> Iterator[None]:
    """Has SIGTERM and SIGHUP do what Ctrl+C does, where nothing else was chosen for them, as by ``nohup``."""
    chosen = {}
    for number in (getattr(signal, name, None) for name in NAMES):
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            with suppress(ValueError):  # not the main thread
                chosen[number] = signal.signal(number, _cancel)
    try:
        yield
    finally:
        for number, before in chosen.items():
            if signal.getsignal(number) is _cancel:
                signal.signal(number, before)


def _cancel(_number: int, _frame: object) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's job in the background
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)
