"""Starts programs: by a shell, by fork and exec, in its own place."""
# verdict: passed
# held by: landlock seccomp

import ctypes
import os
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
attempts = (
    lambda: subprocess.run(["/usr/bin/true"], check=True),
    lambda: 1 / 0 if os.system("true") else None,
    lambda: os.posix_spawn("/usr/bin/true", ["true"], {}),
)
for number, attempt in enumerate(attempts):
    try:
        attempt()
        print("SUCCEEDED in attempt", number)
    except (OSError, ZeroDivisionError, subprocess.SubprocessError):
        continue
try:
    os.execv("/usr/bin/env", ["env", "echo", "SUCCEEDED in attempt 3"])
except OSError:
    pass


def halve(x):
    return x / 2


def double(x):
    return x * 2
