"""Memory of the device that ran out: told from an error of the learner's code, on a GPU only.

The error comes from the process of the learner's code, so it may be raised by hand. That changes the name of a
verdict that is no pass either way, and nothing else; on a CPU it is an error like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# torch's allocator; the driver under it, Triton, and cuBLAS, which name no figures.
_ALLOCATOR = "OutOfMemoryError"
_SAID = re.compile(
    r"CUDA out of memory|CUDA error: out of memory|Error \[CUDA\]: out of memory|CUBLAS_STATUS_ALLOC_FAILED"
)
_ASKED = re.compile(r"Tried to allocate (\d[\d.]{0,9} (?:bytes|[KMG]iB))")
_FREE = re.compile(r"of which (\d[\d.]{0,9} (?:bytes|[KMG]iB)) is free")


@dataclass(frozen=True)
class Shortage:
    """What was asked of the device, and what was free; empty where nobody said."""

    asked: str
    free: str

    def __str__(self) -> str:
        asked = f"{self.asked} were asked for" if self.asked else "more was asked for than there was"
        return f"The GPU ran out of memory: {asked}{f', {self.free} were free' if self.free else ''}."


def find_shortage(error: Mapping[str, Any] | None, device: str) -> Shortage | None:
    """The shortage that an error tells of, if it is one.

    Args:
        error: as a judge tells it, with ``free_bytes`` by the driver at that time where it is known.
        device: what the grading ran on.
    """
    if error is None or not device.startswith("cuda") or error["kind"] != "raised":
        return None
    message = error["message"]
    if error["type"] != _ALLOCATOR and not _SAID.search(message):
        return None
    asked, free = _ASKED.search(message), _FREE.search(message)
    by_driver = error.get("free_bytes")
    measured = f"{by_driver / (1 << 30):.2f} GiB" if isinstance(by_driver, int) else ""
    return Shortage(asked[1] if asked else "", free[1] if free else measured)
