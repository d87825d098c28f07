"""Makes system calls by the numbers of another ABI (x32), which a careless filter lets through."""
# verdict: error

import ctypes
import platform

libc = ctypes.CDLL(None, use_errno=True)


def halve(x):
    if platform.machine() == "x86_64" and libc.syscall(0x40000000 + 41, 2, 1, 0) >= 0:
        print("SUCCEEDED in opening a socket")
    raise SystemError("not on this machine")


def double(x):
    return x * 2
