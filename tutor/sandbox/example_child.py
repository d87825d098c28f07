"""The child of ``tutor try``: runs the learner's file as module ``solution``, then the public example."""

from __future__ import annotations

import importlib.util
import linecache
import sys
import traceback
import types
from pathlib import Path


def main() -> int:
    """Arguments: the learner's file, the example. Returns the exit status."""
    from tutor.sandbox import confinement

    solution, example = Path(sys.argv[1]), Path(sys.argv[2])
    source, script = solution.read_bytes(), example.read_bytes()
    confinement.prepare()
    confinement.seal()
    confinement.confine(keep=())
    try:
        _run(source, str(solution), "solution")
        _run(script, str(example), "__main__")
    except KeyboardInterrupt:
        print("\ninterrupted")
        return 130
    except SystemExit as stop:
        return 0 if stop.code in (None, 0) else 1
    except BaseException as raised:
        _show(raised, {str(solution), str(example)})
        return 1
    return 0


def _run(source: bytes, path: str, name: str) -> None:
    module = types.ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module
    text = importlib.util.decode_source(
        source
    )  # as the worker does, so that nothing runs here that is refused there
    linecache.cache[path] = (len(source), None, text.splitlines(True), path)
    exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)


def _show(raised: BaseException, paths: set[str]) -> None:
    """The traceback from the learner's file or the example on, without the frames that ran them."""
    trace = raised.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename not in paths:
        trace = trace.tb_next
    if isinstance(raised, NotImplementedError):
        print(f"Not written yet: {raised}")
        return
    traceback.print_exception(type(raised), raised, trace)


if __name__ == "__main__":
    sys.exit(main())
