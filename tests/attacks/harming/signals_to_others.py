"""Sends signals to other processes, one by one and by their groups, by every call there is."""
# verdict: passed
# held by: namespaces seccomp

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for process in (int("@PID@"), int("@PARENT@")):
    # 0 only asks whether a signal could be sent: it does no harm where it can.
    for send in (lambda: os.kill(process, 0), lambda: os.killpg(process, 0)):  # noqa: B023
        try:
            send()
            print("SUCCEEDED in reaching", process)
        except OSError:
            continue
    for call, arguments in ((200, (process, 0)), (234, (process, process, 0)), (129, (process, 0, 0))):
        if libc.syscall(call, *arguments) == 0:
            print("SUCCEEDED in call", call)


def halve(x):
    return x / 2


def double(x):
    return x * 2
