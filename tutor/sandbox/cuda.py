"""A worker's side of CUDA: started after the fork, waited for inside what is timed, its allocator's peak told.

A zygote never touches CUDA, since a fork after that is undefined. A worker starts it in its confinement: ahead of
time where it waits as a spare and the card has room, else when the judge asks, just before the learner's file comes.

Nothing that is told from here lets a solution pass: it may be said by the learner's code. It was tested with
stand-ins for ``torch.cuda``; it has not run on a GPU yet.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import torch

from tutor.sandbox.warm import SMALL, touch_libraries


class Cuda:
    """The one GPU that a worker sees.

    Args:
        uuid: its name; with it no other GPU can be seen, so that plain ``cuda`` means this one.
        device: ``cuda:N``, by which it is known where the name is not.
    """

    def __init__(self, uuid: str | None, device: str) -> None:
        if uuid is not None:
            os.environ["CUDA_VISIBLE_DEVICES"] = uuid
        self.device = "cuda" if uuid is not None else device
        self._started = False
        self._trouble = ""
        # Held before a learner's file could put something else in their place.
        self._initialized: Callable[[], bool] = torch.cuda.is_initialized
        self._synchronize: Callable[[], None] = torch.cuda.synchronize
        self._peak: Callable[[], int] = torch.cuda.max_memory_allocated

    def start(self) -> str:
        """Makes the context and loads the kernels that quantization begins with, once.

        Returns:
            Why it can't be used, as one line; empty where it can.
        """
        if not self._started:
            self._started = True
            try:
                self._make_ready()
            except Exception as problem:
                self._trouble = " ".join(f"{type(problem).__name__}: {problem}".split())[:300]
        return self._trouble

    def _make_ready(self) -> None:
        torch.cuda.init()  # type: ignore[no-untyped-call]
        if ":" in self.device:
            torch.cuda.set_device(self.device)
        touch_libraries(self.device)
        ones = torch.ones(SMALL, SMALL, device=self.device)
        (ones @ ones).sum().item()  # cuBLAS takes its workspace, which is no growth of a solution's
        del ones
        self._synchronize()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()

    def wait(self) -> None:
        """Returns when the GPU has done what it was given.

        Raises:
            RuntimeError: a kernel failed; later calls would only repeat it.
        """
        if self._initialized():
            self._synchronize()

    def peak_bytes(self) -> int | None:
        """The allocator's peak, which the learner's code can reset: ``None`` where it was broken."""
        try:
            return int(self._peak())
        except BaseException:
            return None
