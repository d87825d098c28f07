"""Draws on what the whole system has a fixed number of: shared memory, AIO, watches."""
# verdict: passed
# held by: seccomp

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
context = ctypes.c_ulong()
attempts = {
    "shmget": lambda: libc.shmget(0x41545441, 4096, 0o1666),
    "io_setup": lambda: libc.syscall(206, 1000, ctypes.byref(context)),
    "inotify_init": lambda: libc.inotify_init1(0),
}
for name, attempt in attempts.items():
    made = attempt()
    if made >= 0:
        print("SUCCEEDED in", name)
    if name == "shmget" and made >= 0:
        libc.shmctl(made, 0, None)  # IPC_RMID: nothing is left where nothing protects


def halve(x):
    return x / 2


def double(x):
    return x * 2
