"""GPUs as the driver shows them (NVML), in the order in which CUDA counts them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Device:
    """``id`` is what ``--device`` takes: ``cpu``, ``cuda:0``. Memory in bytes, None if unknown.

    ``uuid`` names a GPU for good, however they are counted.
    """

    id: str
    name: str
    free_bytes: int | None = None
    total_bytes: int | None = None
    uuid: str | None = None

    def to_json(self) -> dict[str, object]:
        """As ``devices`` of the ``tutor.doctor/1`` document lists it."""
        return {
            "id": self.id,
            "name": self.name,
            "free_bytes": self.free_bytes,
            "total_bytes": self.total_bytes,
        }


@dataclass(frozen=True)
class Gpus:
    """The GPUs that CUDA would see, in its order. ``cuda`` is the newest CUDA that the driver can run.

    ``missing`` says why there are none; it is empty when there are some.
    """

    devices: tuple[Device, ...] = ()
    driver: str | None = None
    cuda: str | None = None
    missing: str = ""

    @property
    def roomiest(self) -> Device:
        """The one with most free memory. Raises ValueError when there are none."""
        return max(self.devices, key=lambda device: device.free_bytes or 0)


class NoDriver(Exception):
    """There is nobody to ask about GPUs; the message says why."""


def find_gpus() -> Gpus:
    """What NVML says of NVIDIA GPUs, in the order and choice of ``CUDA_VISIBLE_DEVICES``."""
    try:
        nvml = open_driver()
    except NoDriver as why:
        return Gpus(missing=str(why))
    try:
        return _ask_driver(nvml)
    except nvml.NVMLError as error:
        return Gpus(missing=f"the NVIDIA driver does not answer ({error})")
    finally:
        nvml.nvmlShutdown()


def open_driver() -> Any:
    """The module of NVML, started; whoever opens it shuts it down, or keeps it.

    Raises:
        NoDriver: the package or the driver is missing.
    """
    try:
        import pynvml as nvml
    except ImportError:
        raise NoDriver("the package nvidia-ml-py is not installed") from None
    try:
        nvml.nvmlInit()
    except nvml.NVMLError:
        raise NoDriver("no NVIDIA driver was found") from None
    return nvml


def handles(nvml: Any) -> list[Any]:
    """NVML's handles of the GPUs that CUDA sees, so that number N is ``cuda:N``.

    That holds for processes whose ``CUDA_DEVICE_ORDER`` is ``PCI_BUS_ID``, NVML's order, as in all that the tutor
    starts (``sandbox/forkserver.py``): by itself CUDA counts the fastest first. Of a slice of a GPU
    (``CUDA_VISIBLE_DEVICES=MIG-…``) CUDA sees the first that is named, and nothing else.
    """
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is not None and chosen.strip().startswith("MIG-"):
        return [nvml.nvmlDeviceGetHandleByUUID(chosen.split(",")[0].strip())]
    all_of_them = [nvml.nvmlDeviceGetHandleByIndex(n) for n in range(nvml.nvmlDeviceGetCount())]
    uuids = [uuid_of(nvml, handle) for handle in all_of_them]
    return [all_of_them[index] for index in visible(uuids, chosen)]


def uuid_of(nvml: Any, handle: Any) -> str:
    """The name by which ``CUDA_VISIBLE_DEVICES`` chooses this GPU, however GPUs are counted."""
    return _text(nvml.nvmlDeviceGetUUID(handle))


def visible(uuids: Sequence[str], chosen: str | None) -> list[int]:
    """Which of the GPUs CUDA sees, by ``CUDA_VISIBLE_DEVICES``: numbers or beginnings of UUIDs.

    As CUDA does, everything from the first entry on that names no GPU is dropped.
    """
    if chosen is None:
        return list(range(len(uuids)))
    seen: list[int] = []
    for entry in (part.strip() for part in chosen.split(",")):
        if entry.isdecimal() and int(entry) < len(uuids):
            seen.append(int(entry))
        elif entry.startswith("GPU-") and (
            named := [n for n, id in enumerate(uuids) if id.startswith(entry)]
        ):
            seen.append(named[0])
        else:
            break
    return seen


def _ask_driver(nvml: Any) -> Gpus:
    seen = handles(nvml)
    newest = nvml.nvmlSystemGetCudaDriverVersion_v2()
    missing = ""
    if not seen:
        hidden = nvml.nvmlDeviceGetCount() > 0
        missing = "CUDA_VISIBLE_DEVICES hides every GPU" if hidden else "the NVIDIA driver shows no GPU"
    return Gpus(
        devices=tuple(_gpu(nvml, handle, number) for number, handle in enumerate(seen)),
        driver=_text(nvml.nvmlSystemGetDriverVersion()),
        cuda=f"{newest // 1000}.{newest % 1000 // 10}",
        missing=missing,
    )


def _gpu(nvml: Any, handle: Any, number: int) -> Device:
    id, name = f"cuda:{number}", _text(nvml.nvmlDeviceGetName(handle))
    uuid = uuid_of(nvml, handle)
    try:
        memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    except nvml.NVMLError:  # a GPU that shares the host's memory has no figure of its own
        return Device(id, name, uuid=uuid)
    return Device(id, name, int(memory.free), int(memory.total), uuid)


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
