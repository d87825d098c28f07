"""Landlock: which files a worker may open, by whole trees, only ever allowing (``landlock(7)``)."""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Sequence

from tutor.sandbox.confinement.kernel import Unavailable, prctl, system_call, why

PR_SET_NO_NEW_PRIVS = 38
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
ALL_V1 = (1 << 13) - 1
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
READING = READ_FILE | READ_DIR
FOR_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
NO_TCP = 0b11
NO_ABSTRACT_SOCKETS_OR_SIGNALS = 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """The kernel's Landlock version.

    Raises:
        Unavailable: it has none, or it is switched off.
    """
    try:
        return system_call("landlock_create_ruleset", None, 0, CREATE_RULESET_VERSION)
    except OSError as problem:
        raise Unavailable(f"the kernel has no Landlock ({why(problem)})") from None


def restrict(readable: Sequence[str], writable: Sequence[str], *, programs: bool = False) -> str:
    """Confines this process to reading (and mapping) ``readable`` and writing below ``writable``.

    What is readable may be executed only with ``programs``.

    No TCP from version 4; no signals to, and no abstract sockets of, processes outside from version 6.

    Returns:
        A note on what this version leaves open, empty if nothing.

    Raises:
        Unavailable: the kernel refuses.
    """
    abi = version()
    handled = ALL_V1
    handled |= REFER if abi >= 2 else 0
    handled |= TRUNCATE if abi >= 3 else 0
    handled |= IOCTL_DEV if abi >= 5 else 0
    attributes = _Ruleset(
        handled, NO_TCP if abi >= 4 else 0, NO_ABSTRACT_SOCKETS_OR_SIGNALS if abi >= 6 else 0
    )
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    try:
        ruleset = system_call("landlock_create_ruleset", ctypes.byref(attributes), size, 0)
        try:
            for path in readable:
                _allow(ruleset, path, READING | (EXECUTE if programs else 0))
            for path in writable:
                _allow(ruleset, path, handled & ~EXECUTE)
            prctl(PR_SET_NO_NEW_PRIVS, 1)
            system_call("landlock_restrict_self", ruleset, 0)
        finally:
            os.close(ruleset)
    except OSError as problem:
        raise Unavailable(f"Landlock is refused ({why(problem)})") from None
    return "" if abi >= 6 else f"version {abi} leaves signals{' and TCP' if abi < 4 else ''} to other layers"


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no rule
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= FOR_FILES
        rule = _PathRule(rights, descriptor)
        system_call("landlock_add_rule", ruleset, RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)
