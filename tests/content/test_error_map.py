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

from tests.content.exercises import loaded
from tutor.course import load_content
from tutor.paths import content_root
from tutor.proving.error_map import gaussian_limit, known_points, quantizers

MAP = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "lessons" / "error_map.yaml").read_text(encoding="utf-8")
)
SCHEMES, NOTES = MAP["schemes"], MAP["notes"]


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
    of_eight_bits = {"absmax-int8", "per-row-scales", "zero-point", "fp8"}
    assert ids == of_eight_bits | {"group-wise", "int4-packing", "gptq", "awq", "nf4"}


# --- the notes below the map ------------------------------------------------------------------------


@pytest.fixture
def graders(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes the modules that hidden checks share importable, as the judge does."""
    folder = Path(__file__).resolve().parents[2] / "graders"
    monkeypatch.syspath_prepend(str(folder))
    return folder


def losses(W: Tensor, X: Tensor, W_hat: Tensor) -> tuple[float, float]:
    """‖W − Ŵ‖² and ‖X (W − Ŵ)ᵀ‖²."""
    return float((W - W_hat).square().sum()), float((X @ (W - W_hat).T).square().sum())


def test_the_note_to_gptq_holds(graders: Path) -> None:
    """More error of the weights than plain rounding has, and less of the outputs."""
    import error_map  # type: ignore[import-not-found]

    W, X = error_map.frozen_weights(), error_map.frozen_activations()
    W_hat = loaded(graders / "gptq" / "reference.py").gptq(W.clone(), 2 * X.T @ X, 4, 128)
    (weights, outputs), (plain_weights, plain_outputs) = losses(W, X, W_hat), losses(W, X, rounded(W, 128, 7))
    assert weights > 1.2 * plain_weights
    assert outputs < 0.8 * plain_outputs
    assert NOTES["gptq"] == "GPTQ accepts more error in weights, drawn here, for less in outputs."


def test_the_note_to_awq_holds(graders: Path) -> None:
    """Equally loud inputs leave nothing to gain; where some are louder, there is much."""
    import error_map

    awq, W, X = (
        loaded(graders / "awq" / "reference.py"),
        error_map.frozen_weights(),
        error_map.frozen_activations(),
    )
    loud = X * torch.where(torch.arange(256) % 64 == 0, 30.0, 1.0)
    gains = []
    for inputs in (X, loud):
        W_hat = awq.apply_awq(W.clone(), awq.awq_scales(W.clone(), inputs, 4, 128), 4, 128)
        gains.append(losses(W, inputs, rounded(W, 128, 7))[1] / losses(W, inputs, W_hat)[1])
    assert gains[0] < 1.02
    assert gains[1] > 2
    assert NOTES["awq"] == "AWQ gains where inputs differ in loudness; here all are equally loud."


def test_a_note_is_to_a_quantizer_and_fits_in_a_line() -> None:
    assert set(NOTES) <= {exercise.id for exercise in quantizers(load_content(content_root()))}
    assert all(len(note) <= 69 for note in NOTES.values())  # the app shows 74 columns, five before the note


@pytest.mark.parametrize("name", ["activation-order", "elimination", "numpy-float64", "tight-range"])
def test_bits_of_a_grid_are_counted_by_levels_not_by_last_digits(graders: Path, name: str) -> None:
    import error_map

    W, X = error_map.frozen_weights(), error_map.frozen_activations()
    W_hat = loaded(graders / "gptq" / "right" / f"{name}.py").gptq(W.clone(), 2 * X.T @ X, 4, 128)
    assert math.log2(15) <= error_map.bits_of_grid(W_hat) - 16 / 128 <= 4
