"""A model measured in several schemes: its bytes, module by module, and its perplexity on a text.

All of it happens in a child process (``measurer.py``), so that whoever waits imports no tensors and can stop it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.compute.models.children import QUIET
from tutor.errors import EnvironmentProblem, UsageProblem

SCHEMES = ("fp32", "bf16", "fp16", "int8", "nf4")
"""``int8`` and ``nf4`` are bitsandbytes', with what they leave alone in bf16."""

LINE_LIMIT = 1 << 20


@dataclass(frozen=True)
class Reading:
    """How the text is read: ``tokens`` are predicted, each once, in windows of ``context`` that move by ``stride``."""

    tokens: int = 2048
    context: int = 512
    stride: int = 256

    def __post_init__(self) -> None:
        if not (1 <= self.stride <= self.context and self.tokens >= 1):
            raise UsageProblem(
                f"A stride of {self.stride} does not fit a context of {self.context}.",
                where="--stride",
                next_step="A window moves on by at least one token and at most its own length.",
            )


@dataclass(frozen=True)
class Working:
    """What is under way: ``done`` of ``of`` tokens, 0 of 0 where nothing is counted."""

    what: str
    done: int
    of: int


@dataclass(frozen=True)
class Measured:
    """One scheme.

    ``footprint`` is transformers' ``get_memory_footprint()``, ``beside`` are the bytes of bitsandbytes' scales that it
    leaves out, ``parts`` the footprint by kind of module.
    """

    scheme: str
    footprint: int
    beside: int
    parts: dict[str, int]
    perplexity: float
    predicted: int


async def measure(
    folder: Path, text: Path, schemes: Sequence[str], reading: Reading | None = None, *, device: str = "cpu"
) -> AsyncIterator[Working | Measured]:
    """Loads the model in each scheme, reads the text, and tells what came; closing the iterator ends it.

    Raises:
        UsageProblem: no such scheme.
        EnvironmentProblem: it does not load here: a package is missing, no memory, a broken bitsandbytes.
    """
    unknown = [scheme for scheme in schemes if scheme not in SCHEMES]
    if unknown or not schemes:
        raise UsageProblem(
            f"There is no scheme '{unknown[0][:40]}'." if unknown else "No scheme was named.",
            where="--schemes",
            next_step=f"Schemes are {', '.join(SCHEMES)}.",
        )
    how = reading or Reading()
    order = {
        "folder": str(folder),
        "text": str(text),
        "schemes": list(schemes),
        "device": device,
        "tokens": how.tokens,
        "context": how.context,
        "stride": how.stride,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", "tutor.compute.models.measurer", json.dumps(order)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **QUIET, "BITSANDBYTES_NOWELCOME": "1"},
        start_new_session=True,
        limit=LINE_LIMIT,
    )
    try:
        assert process.stdout is not None
        async for line in process.stdout:
            yield _heard(json.loads(line), folder)
        if await process.wait() != 0:
            raise _lost(f"the program ended with status {process.returncode}", folder)
    finally:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _heard(told: dict[str, Any], folder: Path) -> Working | Measured:
    if "problem" in told:
        problem = told["problem"]
        raise _lost(f"{problem['type']}: {problem['message'].splitlines()[0][:300]}", folder)
    return Working(**told["working"]) if "working" in told else Measured(**told["measured"])


def _lost(why: str, folder: Path) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"The model could not be measured: {why}.",
        where=str(folder),
        next_step="'tutor doctor' tells which packages are there; fewer '--schemes' or '--tokens' take less memory.",
    )
