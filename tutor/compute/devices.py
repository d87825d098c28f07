"""What this machine can compute on, found without importing torch.

PyTorch's build is read from its installed ``version.py``; GPUs are asked of their driver.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from tutor.compute.gpus import Device, Gpus, find_gpus
from tutor.errors import EnvironmentProblem, UsageProblem

ON_CPU = "Use '--device cpu', or set it for good: 'tutor config device cpu', in the app by the comma."


@dataclass(frozen=True)
class TorchBuild:
    """The installed PyTorch; ``cuda`` is the CUDA version it was built with, None for a CPU build."""

    version: str
    cuda: str | None


def list_devices() -> tuple[Device, ...]:
    """The CPU, and the GPUs that the driver shows, whether or not this PyTorch can use them."""
    apple = (Device("mps", "Apple GPU (best effort)"),) if _has_mps() else ()
    return (cpu(), *find_gpus().devices, *apple)


def resolve_device(wanted: str) -> str:
    """``cpu``, ``cuda:N`` or ``mps`` for what was asked: ``auto``, ``cpu``, ``cuda``, ``cuda:N``, ``mps``.

    ``auto`` is the GPU with most free memory if this PyTorch can use one, else the CPU; so is
    ``cuda``, but it never falls back. ``mps`` is only taken where it is asked for by name: it is best effort,
    since it knows no float64 and nobody proves the graders on it.

    Raises:
        UsageProblem: no such name.
        EnvironmentProblem: the device is not there, or this PyTorch can't use it.
    """
    kind, _, number = wanted.partition(":")
    if wanted == "cpu":
        return "cpu"
    if wanted == "auto":
        build = torch_build()
        gpus = find_gpus() if build and build.cuda else Gpus()
        return gpus.roomiest.id if gpus.devices and not driver_too_old(build, gpus) else "cpu"
    if kind == "cuda" and re.fullmatch(r"cuda(:[0-9]{1,3})?", wanted):
        return _resolve_cuda(int(number) if number else None)
    if wanted == "mps":
        return _resolve_mps()
    raise UsageProblem(
        f"There is no device {wanted[:40]!r}.",
        where="--device",
        next_step="Devices are auto, cpu, cuda, and cuda:0, cuda:1 …; mps on a Mac with Apple silicon.",
    )


def driver_too_old(build: TorchBuild | None, gpus: Gpus) -> bool:
    """Whether PyTorch was built with a CUDA of a newer major version than the driver runs; minor ones are free."""
    needed, runs = build.cuda if build else None, gpus.cuda
    return needed is not None and runs is not None and _major(needed) > _major(runs)


@lru_cache(maxsize=1)
def torch_build() -> TorchBuild | None:
    """The installed PyTorch, None if there is none. Reads a file of it; imports nothing."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    try:
        text = Path(spec.origin).with_name("version.py").read_text("utf-8")
    except (OSError, ValueError):
        return None
    version = re.search(r"^__version__\b[^=]*=\s*['\"]([^'\"]+)", text, re.MULTILINE)
    cuda = re.search(r"^cuda\b[^=]*=\s*['\"]([^'\"]+)", text, re.MULTILINE)
    return TorchBuild(version[1], cuda[1] if cuda else None) if version else None


def cpu() -> Device:
    """The CPU: its name, the cores this process may use, and the machine's memory."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    free, total = _host_memory()
    return Device("cpu", f"{_cpu_name()}, {cores} core{'s' if cores > 1 else ''}", free, total)


def _resolve_cuda(number: int | None) -> str:
    build, gpus = torch_build(), find_gpus()
    if build is None:
        raise EnvironmentProblem(
            "PyTorch is not installed.", next_step="'tutor doctor' says what is missing."
        )
    if not gpus.devices:
        raise EnvironmentProblem(
            f"There is no CUDA device here: {gpus.missing}.", where="--device", next_step=ON_CPU
        )
    if build.cuda is None:
        raise EnvironmentProblem(
            f"There is a GPU ({gpus.devices[0].name}), but this PyTorch ({build.version}) is built for CPUs.",
            where="--device",
            next_step=f"Install a PyTorch built with CUDA {gpus.cuda} or older. {ON_CPU}",
        )
    if driver_too_old(build, gpus):
        raise EnvironmentProblem(
            f"This PyTorch ({build.version}) needs CUDA {build.cuda}; the NVIDIA driver runs {gpus.cuda} at most.",
            where="--device",
            next_step=f"Update the driver, or install a PyTorch built with CUDA {gpus.cuda} or older. {ON_CPU}",
        )
    if number is None:
        return gpus.roomiest.id
    if number >= len(gpus.devices):
        raise EnvironmentProblem(
            f"There is no cuda:{number}.",
            where="--device",
            next_step=f"There are {', '.join(device.id for device in gpus.devices)}, and cpu.",
        )
    return f"cuda:{number}"


def _resolve_mps() -> str:
    if _has_mps():
        return "mps"
    raise EnvironmentProblem(
        "There is no MPS device here: it takes a Mac with Apple silicon.", where="--device", next_step=ON_CPU
    )


def _has_mps() -> bool:
    return sys.platform == "darwin" and platform.machine() == "arm64" and torch_build() is not None


def _major(version: str) -> int:
    return int(version.partition(".")[0])


def _host_memory() -> tuple[int | None, int | None]:
    try:
        import psutil
    except ImportError:
        return None, None
    memory = psutil.virtual_memory()
    return int(memory.available), int(memory.total)


def _cpu_name() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine() or "CPU"
