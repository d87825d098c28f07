"""Reads memory of other processes by process_vm_readv, ptrace and descriptors by pidfd_getfd."""
# verdict: passed
# held by: namespaces seccomp

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
PTRACE_ATTACH = 16
for process in (int("@PID@"), os.getppid(), int("@PARENT@")):
    if process <= 1:
        continue
    handle = libc.syscall(434, process, 0)
    if handle >= 0:
        print("SUCCEEDED in opening", process)
        if libc.syscall(438, handle, 0, 0) >= 0:
            print("SUCCEEDED in taking a descriptor of", process)
    if libc.ptrace(PTRACE_ATTACH, int("@PID@"), 0, 0) == 0:
        libc.ptrace(17, int("@PID@"), 0, 0)
        print("SUCCEEDED in tracing the canary")


def halve(x):
    return x / 2


def double(x):
    return x * 2
