"""An autograder for Gradescope: one zip file with the tutor, a course, and the two scripts that Gradescope calls."""

from __future__ import annotations

import importlib.metadata
import io
import re
import shlex
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tutor.paths import CONTENT_FOLDERS, ContentRoot

CPU_TORCH = "https://download.pytorch.org/whl/cpu"
"""Where torch comes without CUDA, a fifth of the size: autograders have no GPU."""

_SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, when the autograder's image is built.
set -eu
source=${AUTOGRADER:-/autograder}/source
new_enough='import sys, venv; sys.exit(sys.version_info < (3, 11))'
if ! python3 -c "$new_enough"; then
    apt-get update
    apt-get install -y --no-install-recommends python3 python3-venv
    rm -rf /var/lib/apt/lists/*
fi
if ! python3 -c "$new_enough"; then
    echo "Python 3.11 or newer is needed: choose a base image of Ubuntu 24.04 or newer." >&2
    exit 1
fi
python3 -m venv "$source/venv"
"$source/venv/bin/python" -m pip install --no-cache-dir --extra-index-url ${TORCH_INDEX:-@TORCH@} \\
    -r "$source/requirements.txt"
"""

_RUN = """\
#!/usr/bin/env bash
# Gradescope runs this for each submission.
set -u
base=${AUTOGRADER:-/autograder}
python=$base/source/venv/bin/python
[ -x "$python" ] || python=python3
mkdir -p "$base/results"
export PYTHONPATH=$base/source TUTOR_CONTENT=$base/source/content TUTOR_HOME=${TMPDIR:-/tmp}/tutor-home
cd "$base" || exit 1
"$python" -m tutor grade "$base/submission" --student submission @EXERCISE@--device cpu \\
    --format gradescope --out "$base/results/results.json" --journal "$(mktemp -u)" 2>"$base/results/grader.log"
[ -s "$base/results/results.json" ] || "$python" - "$base" <<'PYTHON'
import json, pathlib, sys

results = pathlib.Path(sys.argv[1], "results")
said = (results / "grader.log").read_text(errors="replace")[-2000:]
text = json.dumps({"score": 0, "output": f"Nothing was graded.\\n{said}", "visibility": "visible"})
(results / "results.json").write_text(text)
PYTHON
"""


def autograder(root: ContentRoot, exercise: str = "") -> bytes:
    """The zip file. Everything in it is plain: the tutor's package, the course's folders, pinned requirements.

    Args:
        exercise: what submissions are for; empty where their names say it.
    """
    named = f"--exercise {shlex.quote(exercise)} " if exercise else ""
    scripts = {
        "setup.sh": _SETUP.replace("@TORCH@", CPU_TORCH),
        "run_autograder": _RUN.replace("@EXERCISE@", named),
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in scripts.items():
            archive.writestr(_file(name, 0o755), text)
        archive.writestr(_file("requirements.txt"), "".join(f"{line}\n" for line in requirements()))
        for name, path in _sources(root):
            archive.writestr(_file(name), path.read_bytes())
    return data.getvalue()


def requirements() -> Iterator[str]:
    """What the tutor needs, each in the version that is installed here."""
    for line in importlib.metadata.requires("tutor") or ():
        wanted, _, marker = line.partition(";")
        name = re.split(r"[\s<>=!~\[]", wanted.strip(), maxsplit=1)[0]
        if "extra" not in marker:
            yield f"{name}=={importlib.metadata.version(name).partition('+')[0]}"


def _sources(root: ContentRoot) -> Iterator[tuple[str, Path]]:
    package = Path(__file__).resolve().parents[1]
    for path in _files(package):
        if path.relative_to(package).parts[0] != "content":  # that of a wheel; the course comes by itself
            yield f"tutor/{path.relative_to(package).as_posix()}", path
    for folder in CONTENT_FOLDERS:
        for path in _files(root.root / folder):
            yield f"content/{path.relative_to(root.root).as_posix()}", path


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def _file(name: str, mode: int = 0o644) -> zipfile.ZipInfo:
    """An entry of a fixed date, so that the same course makes the same file."""
    info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    info.external_attr = (0o100000 | mode) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
