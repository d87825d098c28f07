"""The child that runs a demo of a course from elsewhere, confined like a submission."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path


def main() -> int:
    """Arguments: the demo's file, then its own. Returns the exit status."""
    from tutor.sandbox import confinement

    path, arguments = sys.argv[1], sys.argv[2:]
    source = Path(path).read_bytes()
    model = os.environ.get("TUTOR_MODEL_FOLDER")
    on_gpu = any(word.startswith("cuda") for word in arguments)
    confinement.prepare(public=[model] if model else [], gpu=on_gpu)
    confinement.seal()
    confinement.confine(keep=(), on_gpu=on_gpu)
    sys.argv = ["demo.py", *arguments]
    module = types.ModuleType("__main__")
    module.__file__ = "demo.py"
    sys.modules["__main__"] = module
    exec(compile(source, "demo.py", "exec", dont_inherit=True), module.__dict__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
