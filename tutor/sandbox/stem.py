"""What the process runs from which both zygotes are forked: it imports torch, once for both.

It holds nothing hidden and nothing of a learner's. The judges' zygote goes on to import pytest, the workers' zygote
into namespaces of its own; neither sees what the other comes to hold.
"""

from __future__ import annotations

import importlib
import os
import socket
import tempfile
from typing import Any

from tutor.sandbox import wire, zygote


def prepare(options: dict[str, Any]) -> None:
    """Nothing comes before the imports here."""


def preload() -> None:
    """What both zygotes import; no torch operation."""
    for name in ("numpy", "torch"):
        importlib.import_module(name)


def child(request: wire.Frame, descriptors: list[int]) -> int:
    """Becomes the zygote of ``module``, with ``options``, its scratch folders in ``room``. Descriptor: the socket of
    its orders."""
    os.environ["TMPDIR"] = request["room"]
    tempfile.tempdir = None
    zygote.serve(socket.socket(fileno=descriptors[0]), request["module"], request["options"])
    return 0
