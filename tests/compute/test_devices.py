from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.compute import devices
from tutor.compute.devices import TorchBuild, list_devices, resolve_device, torch_build
from tutor.compute.gpus import Device, Gpus, find_gpus, visible
from tutor.errors import EnvironmentProblem, UsageProblem

TWO = Gpus(
    devices=(Device("cuda:0", "small", 5, 10), Device("cuda:1", "large", 9, 10)), driver="580.1", cuda="13.0"
)
NONE = Gpus(missing="no NVIDIA driver was found")
CPU_BUILD, CUDA_BUILD = TorchBuild("2.13.0+cpu", None), TorchBuild("2.13.0+cu130", "13.0")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    def have(gpus: Gpus, build: TorchBuild | None) -> None:
        monkeypatch.setattr(devices, "find_gpus", lambda: gpus)
        monkeypatch.setattr(devices, "torch_build", lambda: build)

    return have


@pytest.mark.parametrize(
    ("gpus", "build", "wanted", "device"),
    [
        (NONE, CPU_BUILD, "auto", "cpu"),
        (NONE, CUDA_BUILD, "auto", "cpu"),
        (TWO, CPU_BUILD, "auto", "cpu"),
        (TWO, None, "auto", "cpu"),
        (TWO, CUDA_BUILD, "auto", "cuda:1"),
        (TWO, TorchBuild("2.13.0+cu140", "14.0"), "auto", "cpu"),
        (TWO, TorchBuild("2.13.0+cu132", "13.2"), "auto", "cuda:1"),
        (TWO, CUDA_BUILD, "cuda", "cuda:1"),
        (TWO, CUDA_BUILD, "cuda:0", "cuda:0"),
        (TWO, CUDA_BUILD, "cpu", "cpu"),
    ],
)
def test_a_device_is_chosen(
    machine: Any, gpus: Gpus, build: TorchBuild | None, wanted: str, device: str
) -> None:
    machine(gpus, build)
    assert resolve_device(wanted) == device


@pytest.mark.parametrize(
    ("gpus", "build", "wanted", "said", "step"),
    [
        (NONE, CPU_BUILD, "cuda", "no NVIDIA driver was found", "--device cpu"),
        (NONE, CUDA_BUILD, "cuda:0", "no NVIDIA driver was found", "--device cpu"),
        (
            TWO,
            CPU_BUILD,
            "cuda",
            "GPU (small), but this PyTorch (2.13.0+cpu) is built for CPUs",
            "CUDA 13.0 or older",
        ),
        (TWO, CUDA_BUILD, "cuda:2", "no cuda:2", "cuda:0, cuda:1, and cpu"),
        (TWO, None, "cuda", "PyTorch is not installed", "tutor doctor"),
        (
            TWO,
            TorchBuild("2.13.0+cu140", "14.0"),
            "cuda:0",
            "(2.13.0+cu140) needs CUDA 14.0; the NVIDIA driver runs 13.0 at most",
            "Update the driver",
        ),
    ],
)
def test_a_device_that_cannot_be_used_says_why_and_what_next(
    machine: Any, gpus: Gpus, build: TorchBuild | None, wanted: str, said: str, step: str
) -> None:
    machine(gpus, build)
    with pytest.raises(EnvironmentProblem) as caught:
        resolve_device(wanted)
    assert said in caught.value.message
    assert step in caught.value.next_step
    assert caught.value.exit_code == 3


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac may have MPS")
def test_mps_is_refused_where_it_does_not_exist() -> None:
    with pytest.raises(EnvironmentProblem, match="no MPS device"):
        resolve_device("mps")


def test_a_mac_has_its_gpu_by_name_and_never_by_itself(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(NONE, CPU_BUILD)
    monkeypatch.setattr(devices, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(devices.platform, "machine", lambda: "arm64")
    assert resolve_device("mps") == "mps"
    assert resolve_device("auto") == "cpu"
    assert [device.id for device in list_devices()] == ["cpu", "mps"]
    assert "best effort" in list_devices()[1].name
    machine(NONE, None)
    assert [device.id for device in list_devices()] == ["cpu"]


@pytest.mark.parametrize(
    "wanted", ["gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1000", "", "CPU", "cpu:0", "cuda:1:2"]
)
def test_a_name_that_is_no_device_is_wrong_usage(machine: Any, wanted: str) -> None:
    machine(TWO, CUDA_BUILD)
    with pytest.raises(UsageProblem, match="no device"):
        resolve_device(wanted)


@pytest.mark.parametrize(
    ("chosen", "seen"),
    [
        (None, [0, 1, 2]),
        ("", []),
        ("2,0", [2, 0]),
        ("-1", []),
        ("1,7,0", [1]),
        ("GPU-b,0", [1, 0]),
        ("GPU-z", []),
        (" 1 , 2 ", [1, 2]),
    ],
)
def test_the_visible_gpus_are_those_of_the_environment_in_its_order(
    chosen: str | None, seen: list[int]
) -> None:
    assert visible(["GPU-a1", "GPU-b2", "GPU-c3"], chosen) == seen


@given(st.none() | st.text())
def test_any_text_in_the_environment_names_existing_gpus(chosen: str | None) -> None:
    assert all(0 <= index < 2 for index in visible(["GPU-a", "GPU-b"], chosen))


class FakeDriver(SimpleNamespace):
    """NVML of a machine with two GPUs, the second without a memory figure."""

    class NVMLError(Exception):
        pass

    nvmlInit = nvmlShutdown = staticmethod(lambda: None)
    nvmlDeviceGetCount = staticmethod(lambda: 2)
    nvmlDeviceGetHandleByIndex = staticmethod(lambda index: index)
    nvmlDeviceGetUUID = staticmethod(lambda handle: f"GPU-{handle}")
    nvmlDeviceGetName = staticmethod(lambda handle: b"H100")
    nvmlSystemGetDriverVersion = staticmethod(lambda: "580.1")
    nvmlSystemGetCudaDriverVersion_v2 = staticmethod(lambda: 13000)

    @classmethod
    def nvmlDeviceGetMemoryInfo(cls, handle: int) -> SimpleNamespace:
        if handle == 1:
            raise cls.NVMLError("not supported")
        return SimpleNamespace(free=70, total=80)


def test_gpus_are_listed_as_the_driver_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", FakeDriver)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    first, second = Device("cuda:0", "H100", 70, 80, "GPU-0"), Device("cuda:1", "H100", uuid="GPU-1")
    both = Gpus((first, second), "580.1", "13.0")
    assert find_gpus() == both
    assert both.roomiest.id == "cuda:0"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert find_gpus().devices == (Device("cuda:0", "H100", uuid="GPU-1"),)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert find_gpus().missing == "CUDA_VISIBLE_DEVICES hides every GPU"


def test_a_slice_of_a_gpu_is_the_only_device_where_the_environment_names_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Sliced(FakeDriver):
        nvmlDeviceGetHandleByUUID = staticmethod(lambda uuid: uuid)
        nvmlDeviceGetUUID = staticmethod(
            lambda handle: handle if isinstance(handle, str) else f"GPU-{handle}"
        )

    monkeypatch.setitem(sys.modules, "pynvml", Sliced)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-a,MIG-b")
    assert find_gpus().devices == (Device("cuda:0", "H100", 70, 80, "MIG-a"),)


def test_a_driver_that_fails_is_no_gpu_and_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise FakeDriver.NVMLError("no library")

    class Broken(FakeDriver):
        nvmlInit = staticmethod(fail)

    monkeypatch.setitem(sys.modules, "pynvml", Broken)
    assert find_gpus() == Gpus(missing="no NVIDIA driver was found")

    class Mute(FakeDriver):
        nvmlDeviceGetCount = staticmethod(fail)

    monkeypatch.setitem(sys.modules, "pynvml", Mute)
    assert find_gpus().missing == "the NVIDIA driver does not answer (no library)"
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert find_gpus().missing == "the package nvidia-ml-py is not installed"


def test_the_build_of_pytorch_is_what_pytorch_says_of_itself() -> None:
    code = "import torch; print(torch.__version__, torch.version.cuda)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    build = torch_build()
    assert build is not None
    assert done.stdout.split() == [build.version, str(build.cuda)]


def test_a_cuda_build_and_a_missing_pytorch_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "from typing import Optional\n__version__ = '2.13.0+cu130'\ncuda: Optional[str] = '13.0'\n"
    (tmp_path / "version.py").write_text(text)
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(devices, "find_spec", lambda name: spec)
    assert torch_build.__wrapped__() == CUDA_BUILD
    monkeypatch.setattr(devices, "find_spec", lambda name: None)
    assert torch_build.__wrapped__() is None


def test_the_cpu_is_always_listed_first_with_its_memory() -> None:
    first = list_devices()[0]
    assert first.id == "cpu"
    assert first.total_bytes is not None
    assert first.free_bytes is not None
    assert 0 < first.free_bytes <= first.total_bytes
    assert "core" in first.name


def test_looking_for_devices_imports_no_torch() -> None:
    code = (
        "import sys; from tutor.compute.devices import *; list_devices(); resolve_device('auto');"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
