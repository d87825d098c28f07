"""Calls of the Linux kernel that Python has no name for (ctypes), and their errors as text."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys

MACHINE = platform.machine()

# Numbers that are the same on every architecture we know (calls newer than 2019), and those that differ.
_SHARED = {
    "pidfd_open": 434,
    "mount_setattr": 442,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
}
_OWN = {
    "x86_64": {"pivot_root": 155, "capset": 126, "seccomp": 317},
    "aarch64": {"pivot_root": 41, "capset": 91, "seccomp": 277},
}

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 4, 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4


class Unavailable(Exception):
    """This kernel, or whoever set it up, does not allow a layer. The message says why."""


def supported() -> bool:
    """Whether this is a Linux on a processor whose calls are known here."""
    return sys.platform == "linux" and MACHINE in _OWN


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def system_call(name: str, *arguments: object) -> int:
    """One system call by number.

    Raises:
        OSError: it failed.
        Unavailable: not known on this machine.
    """
    number = _SHARED.get(name) or _OWN.get(MACHINE, {}).get(name)
    if number is None or _libc is None:
        raise Unavailable(f"{name} is not known on {sys.platform}/{MACHINE}")
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(name, _libc.syscall(ctypes.c_long(number), *converted))


def library_call(name: str, *arguments: object) -> int:
    """A function of the C library that returns -1 and sets errno on failure.

    Raises:
        OSError: it failed.
    """
    if _libc is None:
        raise Unavailable(f"no {name} on {sys.platform}")
    return _checked(name, getattr(_libc, name)(*arguments))


def prctl(option: int, first: int = 0, second: int = 0, third: int = 0, fourth: int = 0) -> int:
    """``prctl(2)``."""
    return library_call("prctl", option, *(ctypes.c_ulong(a) for a in (first, second, third, fourth)))


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """``mount(2)``."""
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, data)]
    library_call("mount", encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3])


def why(problem: OSError) -> str:
    """An error as the short reason that reports show."""
    return errno.errorcode.get(problem.errno or 0, "") or str(problem)


def _checked(name: str, result: int) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return int(result)
