"""What holds on a GPU, written down with device and versions: the proof of every grader, and a verdict's speed.

    python benchmarks/cuda.py [--device cuda[:N]] [--rounds N] [--only ID] [--results FOLDER]

It runs ``tutor validate --device cuda`` and times six checks of a 4096 × 4096 quantization from save to verdict,
beside a fresh pytest over the same checks on the same GPU, in turn within one run. Both go into
``docs/results/cuda-<name of the GPU>.md``. Without a GPU it says so in one line and ends with 3; with one it ends
as ``tutor validate`` did.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from side_by_side import table  # noqa: E402
from verdict import COURSE, OURS, PYTEST, SIDES, Saves, pytest_command, pytest_environment, timed  # noqa: E402

from tutor.compute.devices import resolve_device, torch_build  # noqa: E402
from tutor.compute.gpus import Gpus, find_gpus  # noqa: E402
from tutor.course import load_content  # noqa: E402
from tutor.errors import EnvironmentProblem, TutorProblem  # noqa: E402
from tutor.grading import Verdict  # noqa: E402
from tutor.paths import ContentRoot  # noqa: E402

RESULTS = ROOT / "docs/results"
EXERCISE = "rows-4096"
FASTER, SECONDS = 12.0, 0.5  # targets on a card of an H100's class
REST = 3.0  # seconds between a verdict and the next save: time for a spare team with its contexts
PACKAGES = ("torch", "triton", "numpy", "transformers", "bitsandbytes", "nvidia-ml-py")


@dataclass(frozen=True)
class Timing:
    """Seconds of each round, and the last verdict."""

    seconds: Mapping[str, list[float]]
    verdict: Verdict


@dataclass(frozen=True)
class Proof:
    """What ``tutor validate`` printed, and its exit status."""

    command: str
    status: int
    output: str


def prove(device: str, only: str | None) -> Proof:
    """Runs ``tutor validate`` on the device, as a program of its own."""
    arguments = ["validate", "--device", device, *(["--only", only] if only else [])]
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "tutor", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        env=environment,
        check=False,
    )
    return Proof(f"tutor {' '.join(arguments)}", done.returncode, done.stdout)


def measure(device: str, rounds: int) -> Timing:
    """Saves and fresh runs of pytest, in turn, after one round that does not count."""
    root = ContentRoot(COURSE)
    exercise = load_content(root).exercise(EXERCISE)
    saves = Saves(exercise, root, exercise.reference, REST, device)
    seconds: dict[str, list[float]] = {OURS: [], PYTEST: []}
    with tempfile.TemporaryDirectory() as folder:
        environment = pytest_environment(exercise.reference, device)
        pytest = timed(pytest_command(sys.executable, SIDES[EXERCISE]), environment, Path(folder))
        for number in range(rounds + 1):
            for name, action in ((OURS, saves.save), (PYTEST, pytest)):
                took = action()
                if number:
                    seconds[name].append(took)
    saves.close()
    assert saves.verdict is not None
    return Timing(seconds, saves.verdict)


def report(device: str, gpus: Gpus, timing: Timing, proof: Proof) -> str:
    """The page in Markdown."""
    return "\n".join(
        [
            f"# On {_name(device, gpus)}",
            "",
            *(f"- {line}" for line in _machine(device, gpus)),
            "",
            "## From save to verdict, 4096 × 4096",
            "",
            "```",
            table(timing.seconds, OURS),
            "```",
            "",
            *(f"- {line}" for line in _targets(timing)),
            "",
            f"## {proof.command}",
            "",
            f"Exit status {proof.status}.",
            "",
            "```",
            proof.output.strip().replace("```", "'''"),
            "```",
            "",
        ]
    )


def file_name(gpu: str) -> str:
    """``cuda-nvidia-h100-80gb-hbm3.md``"""
    return f"cuda-{re.sub('[^a-z0-9]+', '-', gpu.lower()).strip('-')}.md"


def _name(device: str, gpus: Gpus) -> str:
    return next(gpu.name for gpu in gpus.devices if gpu.id == device)


def _machine(device: str, gpus: Gpus) -> Sequence[str]:
    gpu = next(gpu for gpu in gpus.devices if gpu.id == device)
    build = torch_build()
    versions = ", ".join(f"{name} {version}" for name in PACKAGES if (version := _version(name)))
    total = f"{gpu.total_bytes / (1 << 30):.1f} GiB" if gpu.total_bytes else "memory not told"
    return (
        f"{datetime.date.today():%Y-%m-%d}, commit {_commit()}",
        f"{gpu.name}, {total}, driver {gpus.driver}, CUDA up to {gpus.cuda}",
        f"PyTorch built with CUDA {build.cuda if build else None}; {versions}",
        f"Python {platform.python_version()}, {platform.platform()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}",
    )


def _targets(timing: Timing) -> Sequence[str]:
    ours, pytest = timing.seconds[OURS], timing.seconds[PYTEST]
    against = statistics.median(one / other for one, other in zip(pytest, ours, strict=True))
    usage = timing.verdict.usage
    held = f"{usage.peak_device_bytes:,} bytes" if usage.peak_device_bytes is not None else "not told"
    layers = ", ".join(f"{name}: {state}" for name, state in timing.verdict.protections.items())
    return (
        f"{against:.1f} × faster than a fresh pytest (target: at least {FASTER:g})",
        f"{statistics.median(ours):.3f} s (target on a card of an H100's class: at most {SECONDS:g} s)",
        f"device memory of a worker at its peak: {held}",
        f"confinement: {layers}",
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--device", default="cuda", help="cuda or cuda:N")
    parser.add_argument("--rounds", type=int, default=15, help="rounds that count; one before does not")
    parser.add_argument("--only", metavar="ID", help="prove one exercise")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the page is written")
    options = parser.parse_args()
    try:
        device = resolve_device(options.device)
        if not device.startswith("cuda"):
            raise EnvironmentProblem(f"{device} is no CUDA device.", where="--device")
    except TutorProblem as problem:
        print(f"Nothing to measure: {problem.message}", file=sys.stderr)
        return problem.exit_code
    gpus = find_gpus()
    timing = measure(device, options.rounds)
    proof = prove(device, options.only)
    options.results.mkdir(parents=True, exist_ok=True)
    page = options.results / file_name(_name(device, gpus))
    page.write_text(report(device, gpus, timing, proof), encoding="utf-8")
    print(f"{page}: tutor validate ended with {proof.status}")
    return proof.status


if __name__ == "__main__":
    sys.exit(main())
