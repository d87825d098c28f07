"""Warming a spare process: what its first tensor operations would spend on page faults is spent beforehand.

A fork inherits no page tables of mapped libraries, so each first operation of a kind faults in its code. A
spare has nothing else to do while it waits.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys

import torch

from tutor.sandbox.confinement import kernel

SMALL = 64
PR_SET_THP_DISABLE = 41
M_MMAP_THRESHOLD, M_MMAP_MAX = -3, -4


def grow_exactly() -> None:
    """Makes the growth of this process's memory the same figure each time (Linux with glibc).

    Page by page, since how much of a huge page is used depends on where the heap happens to lie. And large
    tensors outside the heap: whether one fits into the gap of another depends on how the heap is aligned.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError):
        kernel.prctl(PR_SET_THP_DISABLE, 1)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_MAX, 1 << 16)
        mallopt(M_MMAP_THRESHOLD, 256 << 10)


def touch_libraries(device: str = "cpu") -> None:
    """Runs the operations that quantization is made of, once, on small tensors of a device."""
    generator = torch.Generator().manual_seed(0)
    for columns in (SMALL, 1):
        W = torch.randn(SMALL, columns, generator=generator).to(device)
        scale = W.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
        q = (W / scale).round().clamp(-128, 127).to(torch.int8)
        W_hat = q.float() * scale
        difference = W_hat.sub_(W).abs_()
        torch.linalg.vector_norm(difference).item()
        torch.dist(W_hat, W).item()
        torch.where(scale > 0, scale, 1.0).max().item()
        (q * scale).any().item()
        torch.frombuffer(bytearray(SMALL), dtype=torch.uint8).view(torch.float32).clone()


def touch_heap(heap_bytes: int) -> None:
    """Makes the heap larger by this much and keeps it.

    What is there already does not show as growth of peak memory: whoever judges that adds it, or does
    without.
    """
    if heap_bytes:
        torch.zeros(-(-heap_bytes // 4))
