"""The script that records what holds on a GPU: what it says without one, and what it would write with one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "benchmarks/cuda.py"
sys.path.insert(0, str(SCRIPT.parent))

from benchmarks import cuda, plain_pytest  # noqa: E402
from tutor.compute.gpus import Device, Gpus, find_gpus  # noqa: E402
from tutor.grading import Verdict  # noqa: E402
from tutor.grading.verdict import Usage  # noqa: E402

GPU = Device("cuda:1", "NVIDIA H100 80GB HBM3", 70 << 30, 80 << 30, "GPU-secret")
GPUS = Gpus((Device("cuda:0", "small"), GPU), driver="580.1", cuda="13.0")


@pytest.mark.skipif(bool(find_gpus().devices), reason="here is a GPU")
@pytest.mark.parametrize("device", ["cuda", "cuda:3", "cpu"])
def test_without_a_gpu_it_says_so_in_one_line_and_writes_nothing(tmp_path: Path, device: str) -> None:
    command = [sys.executable, str(SCRIPT), "--device", device, "--results", str(tmp_path / "results")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "no CUDA device" in done.stderr
    assert not (tmp_path / "results").exists()


def test_a_page_names_device_versions_ratio_and_the_proof() -> None:
    verdict = Verdict(
        "rows-4096", "passed", "cuda:1", "", "", 0.4, usage=Usage(peak_device_bytes=734_003_200)
    )
    timing = cuda.Timing({cuda.OURS: [0.4, 0.5, 0.3], cuda.PYTEST: [8.0, 5.0, 9.0]}, verdict)
    proof = cuda.Proof("tutor validate --device cuda:1", 2, "✗ nf4 ```\nNot proved.\n")
    page = cuda.report("cuda:1", GPUS, timing, proof)
    for told in (
        "# On NVIDIA H100 80GB HBM3",
        "80.0 GiB, driver 580.1, CUDA up to 13.0",
        "20.0 × faster than a fresh pytest (target: at least 12)",
        "0.400 s (target",
        "734,003,200 bytes",
        "## tutor validate --device cuda:1\n\nExit status 2.",
        "Not proved.",
    ):
        assert told in page
    assert page.count("```") == 4
    assert "GPU-secret" not in page


@pytest.mark.parametrize(
    ("gpu", "name"),
    [
        ("NVIDIA H100 80GB HBM3", "cuda-nvidia-h100-80gb-hbm3.md"),
        ("Tesla T4 / ../x", "cuda-tesla-t4-x.md"),
    ],
)
def test_a_page_is_called_after_its_gpu(gpu: str, name: str) -> None:
    assert cuda.file_name(gpu) == name


def test_plain_pytest_gives_functions_their_tensors_on_the_device_and_takes_results_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    seen: list[str] = []

    class Module:
        @staticmethod
        def both(W: torch.Tensor, bits: int) -> tuple[torch.Tensor, int]:
            seen.append(W.device.type)
            return torch.ones(2), bits

    monkeypatch.setattr(plain_pytest, "DEVICE", "meta")  # a device of its own on every machine
    came = plain_pytest.OnDevice(Module()).both(torch.ones(3), 4)
    assert seen == ["meta"]
    assert came[0].device.type == "cpu"
    assert came[1] == 4
