"""Tries calls that only administrators need: BPF, io_uring, modules, keys, clocks, reboot."""
# verdict: passed
# held by: seccomp

import ctypes
import platform

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(512)
if platform.machine() == "x86_64":
    calls = {
        "io_uring_setup": (425, 4, buffer),
        "userfaultfd": (323, 1),
        "add_key": (248, b"user", b"attack", b"x", 1, -3),
        "request_key": (249, b"user", b"attack", None, 0),
        "personality": (135, 0xFFFFFFFF),
        "perf_event_open": (298, buffer, 0, -1, -1, 0),
        "memfd_secret": (447, 0),
    }
    for name, arguments in calls.items():
        if libc.syscall(*arguments) >= 0:
            print("SUCCEEDED in", name)


def halve(x):
    return x / 2


def double(x):
    return x * 2
