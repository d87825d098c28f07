"""What a worker gives up of its own: privileges, limits, identity, descriptors."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import struct
from collections.abc import Mapping, Sequence

from tutor.sandbox.confinement.kernel import (
    PR_CAP_AMBIENT,
    PR_CAP_AMBIENT_CLEAR_ALL,
    PR_CAPBSET_DROP,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    Unavailable,
    prctl,
    system_call,
    why,
)

NOBODY = 65534
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63

# Bounds page tables (1/512 of it), which no account of memory shows. CUDA reserves more.
ADDRESS_SPACE = 64 << 30

DEFAULT_LIMITS = {
    "RLIMIT_CORE": 0,
    "RLIMIT_NOFILE": 256,
    "RLIMIT_FSIZE": 64 << 20,
    "RLIMIT_NPROC": 256,
    "RLIMIT_MSGQUEUE": 0,
    "RLIMIT_MEMLOCK": 8 << 20,
}


def set_limits(extra: Mapping[str, int] | None = None) -> None:
    """Lowers the soft and hard limits of this process (``setrlimit(2)``).

    Raises:
        Unavailable: a limit can't be set.
    """
    for name, value in {**DEFAULT_LIMITS, **(extra or {})}.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        _, hard = resource.getrlimit(kind)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (allowed, allowed))
        except (OSError, ValueError) as problem:
            raise Unavailable(f"{name} can't be set ({problem})") from None


def knows_nobody() -> bool:
    """Whether root can become nobody: a user namespace may map root and no other user (``unshare -r``)."""
    with open("/proc/self/uid_map", encoding="ascii") as table:
        ranges = [[int(number) for number in row.split()] for row in table]
    return any(first <= NOBODY < first + count for first, _, count in ranges)


def become_nobody() -> None:
    """Gives up the identity of root, and every group. Writable places must already belong to nobody.

    Raises:
        Unavailable: this user namespace knows nobody but root.
    """
    if not knows_nobody():
        raise Unavailable("this user namespace knows no user but root")
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def drop_capabilities() -> None:
    """Drops every capability, from the bounding set too where allowed, and any way to new ones.

    Raises:
        Unavailable: the kernel refuses.
    """
    try:
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        for capability in range(_LAST_CAPABILITY + 1):
            try:
                prctl(PR_CAPBSET_DROP, capability)
            except OSError:
                break  # not privileged, or past the last one
        with contextlib.suppress(OSError):  # an old kernel has no ambient set, so nothing is in it
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
        header = ctypes.create_string_buffer(struct.pack("Ii", _CAPABILITY_VERSION_3, 0))
        system_call("capset", header, ctypes.create_string_buffer(24))
        prctl(PR_SET_DUMPABLE, 0)
    except OSError as problem:
        raise Unavailable(f"privileges can't be dropped ({why(problem)})") from None


def close_descriptors(keep: Sequence[int]) -> None:
    """Closes every descriptor but 0, 1, 2 and ``keep``."""
    last = 2
    for descriptor in sorted(keep):
        os.closerange(last + 1, descriptor)
        last = max(last, descriptor)
    os.closerange(last + 1, 4096)


def hide_from_neighbours() -> None:
    """Makes this process's memory unreadable to others of the same user (``/proc/PID/mem``, ptrace)."""
    prctl(PR_SET_DUMPABLE, 0)
