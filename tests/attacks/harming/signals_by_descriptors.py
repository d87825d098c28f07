"""Makes the kernel send the signals: an owner for the events of a pipe that is the canary, SIGKILL its signal."""
# verdict: passed
# held by: namespaces seccomp

import fcntl
import os

read, write = os.pipe()
try:
    fcntl.fcntl(read, fcntl.F_SETOWN, int("@PID@"))
    fcntl.fcntl(read, 10, 28)  # F_SETSIG, SIGWINCH, which harms nobody
    fcntl.fcntl(read, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    os.write(write, b"x")
    print("SUCCEEDED in owning events")
except OSError:
    pass


def halve(x):
    return x / 2


def double(x):
    return x * 2
