"""The reference points of the error–memory map, computed again by other means than the graders'."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import bitsandbytes.functional as bnb
import numpy as np
import pytest
import torch
import yaml
from torch import Tensor

from tutor.course import load_content
from tutor.paths import content_root
from tutor.proving.error_map import gaussian_limit, known_points, quantizers

SCHEMES = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "lessons" / "error_map.yaml").read_text(encoding="utf-8")
)["schemes"]


def weights() -> Tensor:
    return torch.tensor(np.random.RandomState(2022).standard_normal((128, 256)), dtype=torch.float32)


def rounded(W: Tensor, group: int, most: int, scale_dtype: torch.dtype = torch.float16) -> Tensor:
    """Symmetric rounding to −most … most with one scale for ``group`` neighbours."""
    parts = W.reshape(-1, group)
    scale = (parts.abs().max(1, keepdim=True).values / most).to(scale_dtype).float()
    return (torch.round(parts / scale).clamp(-most, most) * scale).reshape(W.shape)


def nf4_with_double_quantization(W: Tensor) -> Tensor:
    packed, state = bnb.quantize_4bit(W.flatten(), blocksize=64, quant_type="nf4", compress_statistics=True)
    return bnb.dequantize_4bit(packed, state).reshape(W.shape)


def fp8(W: Tensor) -> Tensor:
    scale = W.abs().max() / 448
    return (W / scale).to(torch.float8_e4m3fn).float() * scale


def lloyd_max(W: Tensor, levels: int = 16) -> Tensor:
    """The scalar quantizer with the least squared error for a standard normal (Lloyd 1982, Max 1960)."""
    at, ends = torch.linspace(-2.5, 2.5, levels, dtype=torch.float64), torch.tensor([math.inf])
    for _ in range(2000):
        edges = torch.cat([-ends, (at[1:] + at[:-1]) / 2, ends])
        density = torch.exp(-edges.square() / 2) / math.sqrt(2 * math.pi)
        at = -density.diff() / torch.special.ndtr(edges).diff()  # the mean of a normal between two edges
    return at[(W[..., None] - at).abs().argmin(-1)].float()


WAYS: dict[str, tuple[float, Callable[[Tensor], Tensor]]] = {
    "int8, a scale a row": (8 + 32 / 256, lambda W: rounded(W, 256, 127, torch.float32)),
    "int8, one scale": (8, lambda W: rounded(W, W.numel(), 127, torch.float32)),
    "FP8 E4M3, one scale": (8, fp8),
    "int4, groups of 32": (4.5, lambda W: rounded(W, 32, 7)),
    "int4, groups of 128": (4.125, lambda W: rounded(W, 128, 7)),
    "NF4, double quantization": (4 + 8 / 64 + 32 / (64 * 256), nf4_with_double_quantization),
    "16 levels, best for a Gaussian": (4, lloyd_max),
    "int3, groups of 128": (3.125, lambda W: rounded(W, 128, 3)),
}


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda one: one["label"])
def test_each_reference_point_is_where_the_scheme_really_lies(scheme: dict[str, object]) -> None:
    bits, way = WAYS[str(scheme["label"])]
    W = weights()
    assert scheme["bits"] == pytest.approx(bits, abs=5e-4)
    assert scheme["error"] == pytest.approx(float((W - way(W)).square().sum() / W.square().sum()), rel=2e-3)


def test_every_scheme_that_is_computed_is_on_the_map() -> None:
    assert {one["label"] for one in SCHEMES} == set(WAYS)


def test_no_scheme_lies_below_the_gaussian_limit() -> None:
    for point in known_points(load_content(content_root())):
        assert point.error > gaussian_limit(point.bits), point.label


def test_one_bit_is_six_decibels_at_the_limit() -> None:
    assert 10 * math.log10(gaussian_limit(5) / gaussian_limit(4)) == pytest.approx(-6.02, abs=0.01)


def test_every_quantizer_of_the_course_has_a_place_on_the_map() -> None:
    ids = {exercise.id for exercise in quantizers(load_content(content_root()))}
    assert {"absmax-int8", "per-row-scales", "zero-point", "group-wise", "int4-packing"} <= ids
