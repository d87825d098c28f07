"""``python -I -m tutor.sandbox.stem DESCRIPTOR``: the process from which both zygotes are forked.

It imports torch, once for both. ``DESCRIPTOR`` is the socket of its orders.
It holds nothing hidden and nothing of a learner's. The judges' zygote goes on to import pytest, the workers' zygote
into namespaces of its own; neither sees what the other comes to hold.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
import tempfile

from tutor.sandbox import wire, zygote


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


def main() -> None:
    """The stem's program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    zygote.die_with_parent()
    zygote.serve(socket.socket(fileno=int(sys.argv[1])), "tutor.sandbox.stem", {})


if __name__ == "__main__":
    main()
