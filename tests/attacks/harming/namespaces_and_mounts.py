"""Makes namespaces of its own, in which it would be root, and mounts in them."""
# verdict: passed
# held by: seccomp

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
NEW_USER, NEW_NET, NEW_TIME = 0x10000000, 0x40000000, 0x80
calls = {
    "unshare": lambda: libc.unshare(NEW_USER),
    "unshare of the network": lambda: libc.unshare(NEW_NET),
    "mount": lambda: libc.mount(b"tmpfs", b".", b"tmpfs", 0, None),
    "umount": lambda: libc.umount2(b"/scratch", 2),
    "sethostname": lambda: libc.sethostname(b"attack", 6),
    "clone of a user namespace": lambda: libc.syscall(56, NEW_USER | 17, 0, 0, 0, 0),
}
for name, call in calls.items():
    result = call()
    if result == 0 and name.startswith("clone"):
        os._exit(0)
    if result >= 0:
        print("SUCCEEDED in", name)


def halve(x):
    return x / 2


def double(x):
    return x * 2
