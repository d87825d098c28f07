"""Confinement of a worker, in layers; each is tried where it stands and reported as active or why not.

The zygote of workers calls ``prepare`` before it imports anything heavy (namespaces want a process
without threads), ``seal`` after the last import, and ``fork`` for each worker; the worker calls
``confine`` before it reads the learner's file. Where a layer is missing the others still stand.

=============  ==================================================================================
layer          what it stops
=============  ==================================================================================
namespaces     seeing or signalling other processes; the network; System V queues of others
root           seeing files: only the system and Python are there, read-only; scratch is private
landlock       the same by another mechanism, where mounts are refused; TCP; signals out
seccomp        sockets, tracing, mounts, programs, keyrings, queues, attributes, terminal injection
privileges     capabilities, set-uid programs, inherited descriptors and variables
identity       being root (a worker of root becomes nobody)
limits         forks, open files, file sizes, core dumps; memory and time are watched from outside
=============  ==================================================================================
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tutor.sandbox.confinement import kernel, landlock, privileges, reach, seccomp, world
from tutor.sandbox.confinement.kernel import CLONE_NEWPID, Unavailable
from tutor.sandbox.scratch import remove_quickly

LAYERS = ("namespaces", "root", "landlock", "seccomp", "privileges", "identity", "limits")
ACTIVE = "active"

# What libraries of models should know of a world without a network: not to look for it, nor to draw progress bars.
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_VERBOSITY": "error"}

# Triton's kernels run in its interpreter, which needs neither a GPU nor a compiler.
INTERPRETED = {"TRITON_INTERPRET": "1"}

Report = dict[str, str]


@dataclass
class _State:
    """What ``prepare`` reached in this process; forks inherit it."""

    report: Report = field(default_factory=dict)
    in_namespaces: bool = False
    own_root: bool = False
    own_pid_namespace: int = -1
    gpu: bool = False
    without: frozenset[str] = frozenset()
    public: list[str] = field(default_factory=list)
    readable: list[str] = field(default_factory=list)
    scratch: dict[int, str] = field(default_factory=dict)
    next_scratch: str = ""


_state = _State()


def prepare(
    public: Sequence[str] = (), hidden: Sequence[str] = (), *, gpu: bool = False, without: Sequence[str] = ()
) -> None:
    """Enters namespaces and a root of our own, as far as this machine allows.

    Forks when it enters a PID namespace: the caller goes on in the child, its parent only waits.

    Args:
        public: folders a worker may read, at their own paths.
        hidden: folders it must not see even where they lie inside a readable one.
        gpu: keep what CUDA needs.
        without: layers to leave out, so that tests can show that the others hold.
    """
    _state.gpu, _state.public = gpu, [os.path.realpath(path) for path in public]
    _state.without = frozenset(without)
    _state.readable = [*world.SYSTEM, *(f"/etc/{name}" for name in world.ETC), *_state.public]
    if not kernel.supported():
        why = f"unavailable: not written for {sys.platform}/{kernel.MACHINE}"
        _state.report = dict.fromkeys(LAYERS, why)
        return

    def isolate() -> str:
        world.enter_namespaces()
        _become_first_process()
        _state.in_namespaces = True
        _state.own_pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        return ""

    _try("namespaces", isolate)
    if not _state.in_namespaces:
        _state.report["root"] = "unavailable: needs namespaces"
        return

    def rebuild() -> str:
        world.build_root(_state.public, hidden, gpu=gpu)
        _state.own_root = True
        return ""

    _try("root", rebuild)


def seal() -> None:
    """Takes the course and this package out of what forks can see. Nothing of ours is imported afterwards."""
    if _state.own_root:
        _try("root", _quietly(world.hide_package, _state.public))


def fork() -> int:
    """Forks a worker, as the first process of a PID namespace of its own where that is possible."""
    if not _state.own_root:
        _state.next_scratch = tempfile.mkdtemp(prefix="tutor-scratch-")
    nested = False
    if _state.in_namespaces:
        try:
            kernel.library_call("unshare", CLONE_NEWPID)
            nested = True
        except OSError:
            nested = False
    pid = os.fork()
    if pid == 0:
        return 0
    if nested:
        kernel.library_call("setns", _state.own_pid_namespace, CLONE_NEWPID)
    if _state.next_scratch:
        _state.scratch[pid] = _state.next_scratch
    return pid


def scratch_of(pid: int) -> str:
    """The scratch folder of a worker that has no file system of its own, or nothing."""
    return _state.scratch.get(pid, "")


def reaped(pid: int) -> None:
    """Removes what a worker that has ended left in its scratch folder."""
    folder = _state.scratch.pop(pid, "")
    if folder:
        remove_quickly(folder)


def confine(
    *,
    keep: Sequence[int],
    cpu_seconds: float | None = None,
    on_gpu: bool = False,
    compiles: bool = False,
) -> Report:
    """Gives up, for good, everything a solution has no business with.

    Args:
        keep: descriptors to keep beside 0, 1 and 2.
        cpu_seconds: a hard limit on CPU time, above the one that is watched from outside.
        on_gpu: what runs here runs on a GPU.
        compiles: compilers may run, and what they leave in scratch may be loaded.

    Returns:
        Each layer by name: ``active`` or ``unavailable: why``.
    """
    if not on_gpu:
        os.environ.update(INTERPRETED)
    if not kernel.supported():
        return dict(_state.report)
    scratch = _enter_scratch(compiles=compiles)
    privileges.close_descriptors([*keep, *([_state.own_pid_namespace] if _state.in_namespaces else [])])
    # The kernel holds a process to ticks, which run ahead of the time that it used where the machine is busy: by 4 s in
    # a minute, so that a margin of a few seconds had it end a loop before the watch from outside could say what it was.
    limits = {"RLIMIT_CPU": int(1.5 * cpu_seconds) + 2} if cpu_seconds is not None else {}
    if not _state.gpu:
        limits["RLIMIT_AS"] = privileges.ADDRESS_SPACE
    _try("identity", lambda: _give_up_root(scratch))
    _try("limits", _quietly(privileges.set_limits, limits))
    _try("landlock", partial(_restrict_files, scratch, compiles=compiles))
    if _state.in_namespaces:
        os.close(_state.own_pid_namespace)
    _try("privileges", _quietly(privileges.drop_capabilities))
    allow = (seccomp.FOR_CUDA if _state.gpu else frozenset()) | (
        seccomp.FOR_COMPILERS if compiles else frozenset()
    )
    _try("seccomp", _quietly(seccomp.restrict, allow))
    return dict(_state.report)


def probe() -> Report:
    """Which layers this machine allows, found by really confining a short-lived process."""
    import json
    import subprocess

    from tutor.sandbox.forkserver import clean_environment
    from tutor.sandbox.scratch import scratch_room

    command = [sys.executable, "-I", "-m", "tutor.sandbox.confinement.probe"]
    try:
        with scratch_room() as room:
            environment = clean_environment({"TMPDIR": room})
            output = subprocess.run(
                command, capture_output=True, timeout=20, env=environment, cwd="/", check=False
            ).stdout
        report: Report = json.loads(output)
    except (OSError, ValueError, subprocess.SubprocessError) as problem:
        return dict.fromkeys(LAYERS, f"unavailable: the probe failed ({problem})")
    return report


def _try(layer: str, apply: Callable[[], str]) -> None:
    if layer in _state.without:
        _state.report[layer] = "unavailable: left out"
        return
    try:
        note = apply()
    except Unavailable as problem:
        _state.report[layer] = f"unavailable: {problem}"
    except OSError as problem:
        _state.report[layer] = f"unavailable: {kernel.why(problem)}"
    else:
        _state.report[layer] = f"{ACTIVE}" if not note else f"{ACTIVE} ({note})"


def _quietly(apply: Callable[..., None], *arguments: Any) -> Callable[[], str]:
    """A layer that has no note to make."""

    def run() -> str:
        apply(*arguments)
        return ""

    return run


def _become_first_process() -> None:
    """Forks into the new PID namespace. The parent stays only to carry the child's exit status."""
    pid = os.fork()
    if pid:
        for descriptor in range(3, 256):
            try:
                os.close(descriptor)
            except OSError:
                continue
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 128 - code)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, 9)


def _enter_scratch(*, compiles: bool) -> str:
    scratch = _state.next_scratch
    if _state.own_root:
        _try("root", _quietly(partial(world.enter_worker_mounts, compiles=compiles)))
        scratch = world.SCRATCH
    elif not scratch:
        scratch = tempfile.mkdtemp(prefix="tutor-scratch-")
    os.environ.update(TMPDIR=scratch, HOME=scratch, **OFFLINE)
    tempfile.tempdir = None
    os.chdir(scratch)
    return scratch


def _give_up_root(scratch: str) -> str:
    if os.geteuid() != 0:
        return ""
    if not _state.own_root and not reach.nobody_can_reach_python():
        raise Unavailable("running as root, and Python lies where nobody else can read it")
    if not _state.own_root:
        os.chown(scratch, privileges.NOBODY, privileges.NOBODY)
    privileges.become_nobody()
    return ""


def _restrict_files(scratch: str, *, compiles: bool) -> str:
    own_root, gpu = _state.own_root, _state.gpu
    readable = reach.readable(_state.readable, own_root=own_root, gpu=gpu)
    writable = reach.writable(scratch, own_root=own_root, gpu=gpu)
    return landlock.restrict(readable, writable, programs=compiles)
