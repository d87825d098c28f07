"""The world a worker sees: a root of its own that holds the system and Python, read-only, and nothing else.

Built once by the zygote of workers, in namespaces of its own, before it imports anything that starts
threads. The course, the learner's home, other processes and the network are not in it.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from tutor.sandbox.confinement.kernel import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    MNT_DETACH,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_RDONLY,
    MS_REC,
    Unavailable,
    library_call,
    mount,
    system_call,
    why,
)
from tutor.sandbox.confinement.privileges import NOBODY, knows_nobody

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "alternatives")
DEVICES = ("null", "full", "urandom")  # a shared mapping of "zero" would be memory in nobody's account
GPU_DEVICES = ("nvidia*", "dri", "kfd", "dxg")
STAGES = ("/mnt", "/media", "/srv", "/opt", "/run", "/var", "/tmp")
SCRATCH = "/scratch"
SCRATCH_BYTES, SCRATCH_FILES = 16 << 20, 2048  # what lies there is in no account of memory

_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000


def python_places() -> list[str]:
    """The folders from which this Python imports: its prefix, its virtual environment, installed packages.

    The checkout of an editable install is not among them.
    """
    own = str(package_folder().parent)
    places = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    places += [
        entry for entry in sys.path if entry and os.path.isdir(entry) and os.path.realpath(entry) != own
    ]
    kept: list[str] = []
    for place in sorted(
        {os.path.abspath(p) for p in places} | {os.path.realpath(p) for p in places}, key=len
    ):
        if os.path.exists(place) and not any(place == k or place.startswith(k + "/") for k in kept):
            kept.append(place)
    return [place for place in kept if place != "/"]


def package_folder() -> Path:
    """The folder of the package ``tutor`` itself."""
    return Path(__file__).resolve().parents[2]


def enter_namespaces() -> None:
    """Moves this single-threaded process into new user (unless root), mount, network, IPC and PID namespaces.

    The PID namespace holds the next child, not this process.

    Raises:
        Unavailable: the kernel refuses.
    """
    uid, gid = os.geteuid(), os.getegid()
    flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWPID
    try:
        if uid == 0:
            library_call("unshare", flags)
        else:
            library_call("unshare", flags | CLONE_NEWUSER)
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
            Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    except OSError as problem:
        raise Unavailable(f"namespaces are refused ({why(problem)})") from None


def build_root(public: Iterable[str], hidden: Iterable[str], *, gpu: bool) -> None:
    """Makes and enters the new root.

    Args:
        public: further folders that are readable, at their own paths.
        hidden: folders that are covered where they lie inside a readable one.
        gpu: whether the devices and the part of ``/sys`` that CUDA needs are there.

    Raises:
        Unavailable: the kernel refuses.
    """
    try:
        _build(list(public), list(hidden), gpu)
    except OSError as problem:
        raise Unavailable(f"mounts are refused ({why(problem)})") from None


def _build(public: list[str], hidden: list[str], gpu: bool) -> None:
    own = str(package_folder())
    sources = [*python_places(), own, *public]
    stage = _stage(sources)
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", stage, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    for path in SYSTEM:
        if os.path.islink(path):
            os.symlink(os.readlink(path), stage + path)
        elif os.path.isdir(path):
            _bind(path, stage)
    for name in ETC:
        _bind(f"/etc/{name}", stage)
    for source in sources:
        _bind(source, stage)
    for pattern in (*DEVICES, *(GPU_DEVICES if gpu else ())):
        for device in Path("/dev").glob(pattern):
            _bind(str(device), stage)
    _bind("/sys" if gpu else "/sys/devices/system/cpu", stage)
    _bind("/proc", stage)
    (Path(stage) / "etc" / "passwd").write_text(f"nobody:x:{NOBODY}:{NOBODY}:nobody:{SCRATCH}:/bin/false\n")
    for path in (SCRATCH, "/dev/shm", "/.old"):
        os.makedirs(stage + path, exist_ok=True)
    for path in hidden:
        if os.path.isdir(stage + path):
            mount("tmpfs", stage + path, "tmpfs", MS_NOSUID | MS_NODEV | MS_RDONLY, "mode=755,size=4k")
    system_call("pivot_root", os.fsencode(stage), os.fsencode(stage + "/.old"))
    os.chdir("/")
    library_call("umount2", b"/.old", MNT_DETACH)
    os.rmdir("/.old")
    _make_read_only("/")


def hide_package(public: Iterable[str]) -> None:
    """Covers the package and everything that is installed inside it, but for ``public`` folders.

    Called after the last import of ours.

    Raises:
        Unavailable: the kernel refuses.
    """
    own = str(package_folder())
    inside = {path: os.open(path, os.O_PATH) for path in public if path.startswith(own + "/")}
    try:
        mount("tmpfs", own, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=4k")
        for path, handle in inside.items():
            os.makedirs(path)
            mount(f"/proc/self/fd/{handle}", path, None, MS_BIND | MS_REC)
        _make_read_only(own)
    except OSError as problem:
        raise Unavailable(f"the course can't be covered ({why(problem)})") from None
    finally:
        for handle in inside.values():
            os.close(handle)


def enter_worker_mounts(*, compiles: bool = False) -> None:
    """In a forked worker: a ``/proc`` that shows only itself, and small private scratch folders.

    Nothing in them can be executed, nor loaded as a library, but where the worker ``compiles``.

    Raises:
        Unavailable: the kernel refuses.
    """
    try:
        library_call("unshare", CLONE_NEWNS)
        owner = NOBODY if os.geteuid() == 0 and knows_nobody() else os.geteuid()
        options = f"mode=700,uid={owner},size={SCRATCH_BYTES},nr_inodes={SCRATCH_FILES}"
        for path in (SCRATCH, "/dev/shm"):
            executable = compiles and path == SCRATCH
            mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | (0 if executable else MS_NOEXEC), options)
        try:
            mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        except OSError:
            mount("tmpfs", "/proc", "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, "mode=555,size=4k")
    except OSError as problem:
        raise Unavailable(f"private folders are refused ({why(problem)})") from None


def _stage(sources: list[str]) -> str:
    """An existing folder to build the new root on, which is no parent of anything that goes into it."""
    for candidate in STAGES:
        inside = any(source == candidate or source.startswith(candidate + "/") for source in sources)
        if os.path.isdir(candidate) and not os.path.islink(candidate) and not inside:
            return candidate
    raise Unavailable("no folder to build a root on")


def _bind(path: str, stage: str) -> None:
    if not os.path.exists(path):
        return
    target = stage + path
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.exists(target):
            Path(target).touch()
    mount(path, target, None, MS_BIND | MS_REC)


def _make_read_only(path: str) -> None:
    """Read-only and without set-uid programs, the whole tree (``mount_setattr(2)``)."""

    class Attributes(ctypes.Structure):
        _fields_ = tuple((name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns"))

    attributes = Attributes(1 | 2, 0, 0, 0)  # MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID
    size = ctypes.sizeof(attributes)
    system_call("mount_setattr", _AT_FDCWD, os.fsencode(path), _AT_RECURSIVE, ctypes.byref(attributes), size)
