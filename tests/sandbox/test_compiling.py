"""A worker that may compile: a compiler runs inside of its confinement, and others still can't start programs."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tutor.sandbox.confinement import kernel

pytestmark = pytest.mark.skipif(not kernel.supported(), reason="confinement is written for Linux")

CONFINED = """
import os, sys
from tutor.sandbox import confinement
confinement.prepare()
confinement.seal()
pid = confinement.fork()
if pid:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
compiles = sys.argv[1] == "compiles"
confinement.confine(keep=(), cpu_seconds=20, on_gpu=compiles, compiles=compiles)
try:
    exec(sys.argv[2])
except BaseException as problem:
    print(type(problem).__name__, flush=True)
os._exit(0)
"""

COMPILES = """
import ctypes, os, subprocess
os.makedirs("cache")
open("cache/seven.c", "w").write("int seven(void) { return 7; }")
command = ["gcc", "-O2", "-shared", "-fPIC", "cache/seven.c", "-o", "cache/seven.so"]
subprocess.check_call(command, stdout=subprocess.DEVNULL)
print(ctypes.CDLL(os.path.abspath("cache/seven.so")).seven(), flush=True)
"""


def confined(way: str, code: str) -> str:
    command = [sys.executable, "-I", "-c", CONFINED, way, code]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no compiler here")
def test_a_library_is_compiled_into_scratch_and_loaded() -> None:
    assert confined("compiles", COMPILES) == "7"


def test_without_it_no_program_starts() -> None:
    assert confined("not", COMPILES) == "PermissionError"


def test_a_compiling_worker_has_no_sockets_and_sees_no_home() -> None:
    assert confined("compiles", "import socket; socket.socket()") == "PermissionError"
    assert confined(
        "compiles", "import os; print(os.path.exists('/home') and os.listdir('/home'), flush=True)"
    ) in (
        "False",
        "[]",
    )


@pytest.mark.parametrize(("way", "value"), [("compiles", "None"), ("not", "1")])
def test_kernels_are_interpreted_where_there_is_no_gpu(way: str, value: str) -> None:
    assert confined(way, "import os; print(os.environ.get('TRITON_INTERPRET'), flush=True)") == value
