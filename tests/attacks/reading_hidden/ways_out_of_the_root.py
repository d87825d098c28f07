"""Leaves its root by '..', by the links of /proc and by a second chroot."""
# verdict: passed
# held by: root seccomp

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for path in (
    "../" * 30 + "@CHECKS@"[1:],
    "/.old/@CHECKS@",
    "/proc/self/root/@CHECKS@",
    "/proc/self/cwd/@CHECKS@",
):
    try:
        print("SUCCEEDED in reading", path, open(path).read(2000))
    except OSError:
        continue
if libc.chroot(b".") == 0:
    print("SUCCEEDED in chroot")


def halve(x):
    return x / 2


def double(x):
    return x * 2
