"""The untrusted side: the process in which a learner's file lives and dies, from its fork to its last answer.

It holds nothing hidden, and confines itself before it hears of a file (``answering.py`` has what it answers).
"""

from __future__ import annotations

import socket
import sys
from typing import Any

from tutor.sandbox import confinement, wire
from tutor.sandbox.answering import Worker
from tutor.sandbox.arena import Arena


def prepare(options: dict[str, Any]) -> None:
    """What the zygote of workers does first, while it has a single thread."""
    confinement.prepare(
        options.get("public", ()),
        options.get("hidden", ()),
        gpu=bool(options.get("gpu")),
        without=options.get("without", ()),
    )


fork, reaped, scratch_of = confinement.fork, confinement.reaped, confinement.scratch_of


def preload() -> None:
    """What the zygote of workers imports beside what the stem has: nothing hidden, and no torch operation."""
    import faulthandler
    import importlib

    for name in ("tutor.sandbox.tensors", "tutor.sandbox.warm", "tutor.sandbox.cuda"):
        importlib.import_module(name)
    faulthandler.disable()
    confinement.seal()


def child(request: wire.Frame, descriptors: list[int]) -> int:
    """What a fork of the worker's zygote does. Descriptors: socket, arena, output, trace.

    Standard input becomes empty, standard output and error become ``output``; a signal makes
    ``trace`` receive the line on which the learner's code stands.
    """
    import faulthandler
    import os
    import signal

    import torch

    from tutor.sandbox.cuda import Cuda
    from tutor.sandbox.tensors import ArenaTensors
    from tutor.sandbox.warm import grow_exactly, touch_heap, touch_libraries

    socket_descriptor, arena_descriptor, output, trace = descriptors
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    faulthandler.enable(file=trace)
    faulthandler.register(signal.SIGUSR1, file=trace, all_threads=True, chain=False)
    populate = request.get("populate", (0, 0))
    arena = Arena(arena_descriptor, judge=False, populate=(int(populate[0]), int(populate[1])))
    os.close(arena_descriptor)
    torch.set_num_threads(int(request.get("threads", 1)))
    if request.get("measured"):
        grow_exactly()
    device = str(request.get("device", "cpu"))
    cuda = Cuda(request.get("gpu"), device) if device.startswith("cuda") else None
    report = confinement.confine(
        keep=(socket_descriptor, trace),
        cpu_seconds=request.get("cpu_seconds"),
        on_gpu=cuda is not None,
        compiles=bool(request.get("compiles")),
    )
    if cuda is not None and request.get("context"):
        cuda.start()
    tensors = ArenaTensors(arena, copy=False, device=cuda.device if cuda is not None else device)
    sock = socket.socket(fileno=socket_descriptor)
    worker = Worker(sock, arena, tensors, cuda)
    if request.get("warm"):
        touch_libraries()
        touch_heap(int(request.get("heap_bytes", 0)))
        if cuda is None and not request.get("measured"):
            worker.rehearse()
    wire.send(sock, {"confined": report})
    worker.serve()
    return 0


def main() -> None:
    """A cold worker for code answers of quizzes: plain values only, no arena, no torch of ours."""
    descriptor = int(sys.argv[1])
    confinement.prepare()
    confinement.seal()
    confinement.confine(keep=(descriptor,))
    Worker(socket.socket(fileno=descriptor), None, None).serve()


if __name__ == "__main__":
    main()
