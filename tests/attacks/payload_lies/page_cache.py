"""Asks which pages of system files are in memory and evicts them: a bit a page between processes."""
# verdict: passed
# held by: seccomp

import ctypes
import glob
import os

libc = ctypes.CDLL(None, use_errno=True)
RWF_NOWAIT = 8
descriptor = os.open(sorted(glob.glob("/usr/lib/*/lib*.so*"))[0], os.O_RDONLY)
try:
    os.posix_fadvise(descriptor, 0, 4096, os.POSIX_FADV_DONTNEED)
    print("SUCCEEDED in evicting a page")
except OSError:
    pass
try:
    os.preadv(descriptor, [bytearray(1)], 0, RWF_NOWAIT)
    print("SUCCEEDED in asking for a page")
except OSError:
    pass


def halve(x):
    return x / 2


def double(x):
    return x * 2
