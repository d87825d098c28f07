"""The doctor on the machine: Python, packages, PyTorch, GPUs, processes and their confinement."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata

from tutor.compute.devices import cpu, driver_too_old, torch_build
from tutor.compute.gpus import find_gpus
from tutor.proving.findings import Finding, State

OLDEST_PYTHON = (3, 11)
GRADING = ("torch", "numpy", "pytest", "pydantic", "pyyaml")
OTHERS = {
    "accelerate": "8-bit models",
    "bitsandbytes": "comparisons with its int8 and NF4",
    "cryptography": "signed results",
    "fsrs": "reviews",
    "gguf": "the small real model",
    "huggingface_hub": "models from the hub",
    "jinja2": "quizzes",
    "nvidia-ml-py": "finding GPUs",
    "platformdirs": "finding your data folder",
    "psutil": "memory figures",
    "safetensors": "the model cache",
    "textual": "the app",
    "tomlkit": "changing settings",
    "transformers": "real models",
    "tree-sitter": "colours in the built-in editor",
    "tree-sitter-python": "colours in the built-in editor",
    "typer": "the command line",
    "watchfiles": "'tutor watch'",
}
INSTALL = "Install the tutor again: 'make tutor' in its folder, or pip."
TORCH_SECONDS = 120.0
LITTLE_MEMORY = 2 << 30
GIB = 1 << 30
SUM = 3.0  # of three ones
_TRY_TORCH = """
import json, torch
said = {"cpu": float(torch.ones(3).sum()), "cuda": None, "why": "it sees no GPU"}
try:
    if torch.cuda.is_available():
        said["cuda"] = float(torch.ones(3, device="cuda").sum())
except Exception as error:
    said["why"] = f"{type(error).__name__}: {error}"
print(json.dumps(said))
"""


def python() -> Iterator[Finding]:
    """Python's version."""
    detail = f"{platform.python_version()} ({sys.executable}) on {platform.platform(terse=True)}."
    if sys.version_info < OLDEST_PYTHON:
        yield Finding("python", "problem", detail, "Install Python 3.11 or newer.")
    else:
        yield Finding("python", "ok", detail)


def packages() -> Iterator[Finding]:
    """The packages that the tutor stands on, with versions."""
    found: list[str] = []
    for name in (*GRADING, *OTHERS):
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            detail = f"{name} is not installed: no {OTHERS.get(name, 'grading')}."
            state: State = "problem" if name in GRADING else "warning"
            yield Finding(f"package-{name}", state, detail, INSTALL)
    yield Finding("packages", "ok", f"{', '.join(found)}.")


def torch() -> Iterator[Finding]:
    """Whether PyTorch loads and adds, in a process of its own."""
    build = torch_build()
    if build is None:
        yield Finding("torch", "problem", "PyTorch is not installed.", INSTALL)
        return
    name = f"PyTorch {build.version}, built for {f'CUDA {build.cuda}' if build.cuda else 'CPUs'}"
    said, failure = _try_torch()
    if said.get("cpu") != SUM:
        yield Finding("torch", "problem", f"{name}, does not work: {failure}", INSTALL)
        return
    yield Finding("torch", "ok", f"{name}.")
    if build.cuda and find_gpus().devices and said["cuda"] != SUM:
        detail = f"{name}, does not work on the GPU: {str(said['why'])[:300]}"
        remedy = "Update the NVIDIA driver, or install a PyTorch built with an older CUDA."
        yield Finding("torch-gpu", "warning", detail, remedy)


def gpu() -> Iterator[Finding]:
    """Whether GPU, driver and PyTorch's build fit one another."""
    gpus, build = find_gpus(), torch_build()
    if not gpus.devices:
        yield Finding("gpu", "ok", f"None: {gpus.missing}. Everything runs on the CPU.")
        return
    names = ", ".join(f"{device.id} {device.name}" for device in gpus.devices)
    detail = f"{names}; driver {gpus.driver}, CUDA up to {gpus.cuda}."
    if build is None or build.cuda is None:
        remedy = f"Install a PyTorch built with CUDA {gpus.cuda} or older, to grade on the GPU."
        yield Finding("gpu", "warning", f"{detail} PyTorch is built for CPUs and can't use it.", remedy)
    elif driver_too_old(build, gpus):
        remedy = f"Update the NVIDIA driver, or install a PyTorch built with CUDA {gpus.cuda} or older."
        yield Finding("gpu", "warning", f"{detail} PyTorch needs CUDA {build.cuda}.", remedy)
    else:
        yield Finding("gpu", "ok", detail)


def memory() -> Iterator[Finding]:
    """Free memory: judge and workers take about 1 GiB together."""
    device = cpu()
    if device.free_bytes is None or device.total_bytes is None:
        return
    detail = f"{device.free_bytes / GIB:.1f} of {device.total_bytes / GIB:.1f} GiB free."
    if device.free_bytes < LITTLE_MEMORY:
        yield Finding("memory", "warning", detail, "Close other programs, or gradings may run out of memory.")
    else:
        yield Finding("memory", "ok", detail)


def processes() -> Iterator[Finding]:
    """What grading needs of the operating system: fork, and memory that can be sealed."""
    if not hasattr(os, "fork"):
        remedy = "Use Linux, macOS, or the Windows Subsystem for Linux."
        yield Finding("fork", "problem", f"{platform.system()} has no fork.", remedy)
    else:
        yield Finding("fork", "ok", "Processes can be forked.")
    try:
        os.close(os.memfd_create("doctor", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING))
    except (AttributeError, OSError) as error:
        detail = f"No sealed memory ({type(error).__name__}): a hostile submission could stop the judge."
        yield Finding("memfd", "warning", detail, "Linux has it; elsewhere grade only files that you trust.")
    else:
        yield Finding("memfd", "ok", "Shared memory can be sealed.")


def worker() -> Iterator[Finding]:
    """Whether an untrusted process can be started and answers."""
    from tutor.sandbox import run_cases

    outcome = run_cases("answer = 6 * 7", [("answer", "42")])
    if all(outcome.ok):
        yield Finding("worker", "ok", "A worker process started and answered.")
    else:
        yield Finding("worker", "problem", f"A worker does not answer: {outcome.message}", INSTALL)


def confinement() -> Iterator[Finding]:
    """Which layers keep a submission from this machine, and whether the tutor runs as root."""
    from tutor.sandbox import confinement as layers

    remedy = "Grade only files that you trust, or use a machine that allows it."
    states = layers.probe()
    for name, state in states.items():
        active = state == "active"
        yield Finding(f"confinement-{name}", "ok" if active else "warning", state, "" if active else remedy)
    if not states:
        yield Finding("confinement", "warning", "No layer of confinement is in place.", remedy)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield Finding("running-as-root", "warning", "The tutor runs as root.", "Run it as an ordinary user.")


def memory_cap() -> Iterator[Finding]:
    """Whether the kernel itself caps a submission's memory."""
    if sys.platform != "linux":
        return
    from tutor.sandbox import cgroups

    state = cgroups.probe()
    watched = (
        ""
        if state == "active"
        else "Nothing to do: a watchdog looks at the memory 50 times a second instead."
    )
    yield Finding("confinement-cgroup", "warning" if watched else "ok", state, watched)


def _try_torch() -> tuple[dict[str, object], str]:
    """What PyTorch computed in another process, or the last line of why it did not."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _TRY_TORCH],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TORCH_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return {}, f"it did not load within {TORCH_SECONDS:g} seconds."
    try:
        said: dict[str, object] = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or [f"its process ended with status {done.returncode}."]
        return {}, last[0][:300]
    return said, ""
