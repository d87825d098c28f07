"""A warm parent that forks: it imports what its children need, then waits for orders.

``serve`` imports a module, and for every order on its control socket forks a child that runs the module's
``child(request, descriptors)``. Modules that the options' ``preload`` names are imported first; then the module's
``prepare(options)`` runs, if it has one, and its ``preload()``. Its ``fork``, ``reaped`` and ``scratch_of``, where it
has them, stand in for the plain ones.

One process is started, the stem (``stem.py``), which imports torch; both zygotes are forks of it that go on in the same
way, with modules of their own. None of the three runs a torch operation or touches CUDA, since a fork after
either is undefined. There are two zygotes, never one: a fork inherits memory, so the workers' must never have held a
hidden check.

An order ``{"fork": request}`` with descriptors is answered by ``{"forked": pid}`` with a process descriptor,
and later by ``{"ended": pid, "status": n}``. When the control socket closes, every child is killed and the
process ends.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import select
import signal
import socket
import sys
from collections.abc import Iterable
from typing import Any

from tutor.sandbox import wire

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Asks the kernel to kill this process when its parent ends (Linux; elsewhere the closed socket does it)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def give_back_free_memory() -> None:
    """Returns free heap to the kernel (glibc). What a fork finds free would hide the growth of its memory."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def settle() -> None:
    """What forks will share is left alone by the garbage collector, and what is free goes back to the kernel."""
    gc.collect()
    gc.freeze()
    gc.enable()
    give_back_free_memory()


def import_all(names: Iterable[str]) -> None:
    """Imports modules that children will ask for. One that can't be imported is left for them to tell of.

    It comes before any confinement, since some of torch's modules make a folder for temporary files.
    """
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as problem:  # told where the zygote's words are told: when it dies
            os.write(2, f"{name}: {type(problem).__name__}: {problem}\n".encode("utf-8", "replace"))


class Zygote:
    def __init__(self, control: socket.socket, module: Any) -> None:
        self._control, self._module = control, module
        self._fork_process = getattr(module, "fork", os.fork)
        self._reaped = getattr(module, "reaped", lambda pid: None)
        self._scratch_of = getattr(module, "scratch_of", lambda pid: "")
        self._children: set[int] = set()
        self._wake, wake_writer = socket.socketpair()
        self._wake.setblocking(False)
        wake_writer.setblocking(False)
        self._wake_writer = wake_writer
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_writer.fileno(), warn_on_full_buffer=False)

    def run(self) -> None:
        """Serves until the control socket closes, then kills what still lives."""
        wire.send(self._control, {"ready": os.getpid()})
        try:
            while True:
                readable, _, _ = select.select([self._control, self._wake], [], [])
                if self._wake in readable:
                    self._wake.recv(4096)
                    self._reap()
                if self._control in readable:
                    order, descriptors = wire.receive_with_descriptors(self._control)
                    self._fork(order["fork"], descriptors)
        except wire.WireError:
            pass
        finally:
            for pid in self._children:
                _kill(pid)

    def _fork(self, request: wire.Frame, descriptors: list[int]) -> None:
        pid = self._fork_process()
        if pid == 0:
            self._become_child(request, descriptors)
        self._children.add(pid)
        for descriptor in descriptors:
            os.close(descriptor)
        handle = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1
        told = {"forked": pid, "scratch": self._scratch_of(pid)}
        wire.send(self._control, told, [handle] if handle >= 0 else [])
        if handle >= 0:
            os.close(handle)

    def _become_child(self, request: wire.Frame, descriptors: list[int]) -> None:
        status = 70
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            die_with_parent()
            for sock in (self._control, self._wake, self._wake_writer):
                sock.close()
            status = self._module.child(request, descriptors)
        except BaseException as problem:
            os.write(2, f"{type(problem).__name__}: {problem}\n".encode("utf-8", "replace"))
        finally:
            os._exit(status)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._children:
                self._children.discard(pid)
                self._reaped(pid)
                wire.send(self._control, {"ended": pid, "status": os.waitstatus_to_exitcode(status)})


def _kill(pid: int) -> None:
    for target in (os.killpg, os.kill):
        try:
            target(pid, signal.SIGKILL)
        except OSError:
            continue


def serve(control: socket.socket, module_name: str, options: dict[str, Any]) -> None:
    """Imports what forks of this process need, and forks on order until ``control`` closes."""
    control.set_inheritable(False)
    gc.disable()  # while thousands of modules are imported it would find nothing, in a seventh of the time
    module = importlib.import_module(module_name)
    import_all(options.get("preload", ()))
    getattr(module, "prepare", _nothing)(options)
    module.preload()
    settle()
    Zygote(control, module).run()


def _nothing(options: dict[str, Any]) -> None:
    return None
