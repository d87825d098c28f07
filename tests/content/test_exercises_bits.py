"""The numbers that the exercises memory-footprint and absmax-int8 state are computed here."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from types import ModuleType

import pytest
import torch

from tests.content.exercises import ROOT, exercise, loaded, misconception, one_line, reference
from tests.content.lesson_text import sources
from tutor.grading.draw import Draw

GPT2_PARAMETERS = 124_439_808


def brief(id: str) -> str:
    return one_line(exercise(id).brief)


def example(id: str, monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, str]:
    """The public example, and what it prints for the reference."""
    monkeypatch.setitem(sys.modules, "solution", reference(id))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        module = loaded(ROOT / "exercises" / id / "example.py", "example")
    return module, printed.getvalue()


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The hidden checks of absmax-int8, imported as the judge does."""
    monkeypatch.syspath_prepend(str(ROOT / "graders"))
    return loaded(ROOT / "graders" / "absmax-int8" / "test_absmax_int8.py", "checks")


# --- memory-footprint ----------------------------------------------------------------------------


def test_the_matrices_of_the_brief_take_the_bytes_that_it_states() -> None:
    solution, text = reference("memory-footprint"), brief("memory-footprint")
    rows = {
        "| 6 + 2 = 8 | 6.4 |": (2, 5, 4, "tensor", 16, 0),
        "| 6 + 8 + 2 = 16 | 12.8 |": (2, 5, 4, 4, 16, 4),
        "| 8,650,752 | 4.125 |": (4096, 4096, 4, 128, 16, 0),
    }
    for row, matrix in rows.items():
        assert row in text
        stored, bits = (cell.strip() for cell in row.strip("| ").split("|"))
        assert solution.matrix_bytes(*matrix) == int(stored.split("=")[-1].replace(",", ""))
        assert solution.bits_per_weight(*matrix) == float(bits)
    assert "a row of 5 codes of 4 bits takes 3 bytes" in text
    assert solution.matrix_bytes(1, 5, 4, "tensor", 0, 0) == 3


def test_gpt2_takes_the_bytes_that_brief_example_and_facts_state(monkeypatch: pytest.MonkeyPatch) -> None:
    module, printed = example("memory-footprint", monkeypatch)
    text = brief("memory-footprint")
    count = reference("memory-footprint").model_bytes
    parameters = count(module.GPT2, 8, 8, None, 0, 0)
    assert parameters == GPT2_PARAMETERS
    assert f"{parameters:,} parameters" in text

    in_32, in_16, int8 = (
        count(module.GPT2, *scheme)
        for scheme in [(32, 32, None, 0, 0), (16, 16, None, 0, 0), (16, 8, "row", 16, 0)]
    )
    for stated in (in_32, in_16, int8):
        assert f"{stated:,}" in text
        assert f"{stated:,}" in printed

    facts = sources()["gpt2-footprint-arithmetic"]["value"]
    without_scales = count(module.GPT2, 32, 8, "row", 0, 0)
    assert without_scales == facts["8-bit"]
    assert count(module.GPT2, 32, 8, "row", 32, 0) - without_scales == facts["int8 row scales not counted"]


def test_the_example_of_memory_footprint_prints_what_its_comments_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = (ROOT / "exercises" / "memory-footprint" / "example.py").read_text("utf-8")
    promised = re.findall(r"# ([\d,]+)(?: bytes|$)", source, flags=re.MULTILINE)
    _, printed = example("memory-footprint", monkeypatch)
    assert len(promised) == 8
    for number in promised:
        assert f" {number} bytes" in printed


def test_the_notice_states_the_shares_of_gpt2(monkeypatch: pytest.MonkeyPatch) -> None:
    module, _ = example("memory-footprint", monkeypatch)
    count = reference("memory-footprint").model_bytes
    notice = one_line(exercise("memory-footprint").notice)
    kept = [tensor for tensor in module.GPT2 if tensor[0] != "linear"]
    floats = count(kept, 8, 8, None, 0, 0)
    int8 = count(module.GPT2, 16, 8, "row", 16, 0)
    assert f"{floats:,} of its parameters, a third, stay floats" in notice
    assert floats / GPT2_PARAMETERS == pytest.approx(1 / 3, abs=0.02)
    assert f"{2 * GPT2_PARAMETERS / int8:.2f}× smaller" in notice
    assert "nearly half of the bytes" in one_line(misconception("memory-footprint", "only-linear-counted"))
    assert 0.45 < 2 * floats / int8 < 0.5
    assert f"16 / 128 = {16 / 128}" in notice
    assert f"{round(100 * (2**30 / 1e9 - 1))} % apart" in one_line(
        misconception("memory-footprint", "binary-units")
    )


def test_the_model_of_seven_billion_parameters_has_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "graders"))
    checks = loaded(ROOT / "graders" / "memory-footprint" / "test_memory_footprint.py", "checks")
    count = reference("memory-footprint").model_bytes
    assert count(checks.llama(), 8, 8, None, 0, 0) == 6_738_415_616
    assert count(checks.gpt2(), 8, 8, None, 0, 0) == GPT2_PARAMETERS


def test_a_layer_and_a_model_take_bytes_that_float32_cannot_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "graders"))
    checks = loaded(ROOT / "graders" / "memory-footprint" / "test_memory_footprint.py", "checks")
    count = reference("memory-footprint").model_bytes
    for seed in range(20):
        layer = checks.odd_layer(Draw(seed, "layers"))
        for tensors in ([layer], [*checks.llama(), layer]):
            exact = count(tensors, 16, 4, "row", 32, 8)
            assert int(torch.tensor(exact, dtype=torch.float32)) != exact


# --- absmax-int8 ---------------------------------------------------------------------------------


def test_the_matrix_of_the_brief_has_the_scale_codes_and_error_that_it_states() -> None:
    text, solution = brief("absmax-int8"), reference("absmax-int8")
    W = torch.tensor([[0.30, -1.27, 0.05, 0.644], [1.00, 0.00, -0.50, 0.126]])
    q, scale = solution.quantize(W)
    W_hat = solution.dequantize(q, scale)
    assert "absmax is 1.27, so the scale is 0.01." in text
    assert float(scale) == pytest.approx(0.01)
    for weights, codes, back in zip(W.tolist(), q.tolist(), W_hat.tolist(), strict=True):
        stated = next(row for row in text.split(" | ") if row.startswith(f"{codes[0]}, "))
        assert stated == ", ".join(map(str, codes))
        assert ", ".join(f"{w:.2f}" for w in back) in text
        assert f"{weights[0]:.2f}, {weights[1]:.2f}, {weights[2]:.2f}, {weights[3]:.3f}" in text
    largest = float((W - W_hat).abs().max())
    assert "The largest error is 0.004, 0.4 of a step." in text
    assert largest == pytest.approx(0.004, rel=1e-3)
    assert largest / float(scale) == pytest.approx(0.4, rel=1e-3)


def test_the_example_of_absmax_int8_prints_what_its_comments_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    source = (ROOT / "exercises" / "absmax-int8" / "example.py").read_text("utf-8")
    promised = re.findall(r"\)  # (.+)$", source, flags=re.MULTILINE)
    _, printed = example("absmax-int8", monkeypatch)
    assert len(promised) == 4
    for line in promised:
        assert line in printed


def test_the_figures_of_messages_and_notice_are_computed() -> None:
    step = 1000 / 127
    notice = one_line(exercise("absmax-int8").notice)
    assert (
        f"outlier of 1000 the step is {step:.1f}, and every weight below {step / 2:.1f} becomes 0" in notice
    )
    assert f"{4096 * 4096 * 255 * 4 / 1e9:.0f} GB" in misconception("absmax-int8", "all-levels-compared")
    small = misconception("absmax-int8", "epsilon-hides-small-weights")
    assert f"{1e-3 / 127:.0e}".replace("e-06", "e-6") in small


def test_a_wrong_round_trip_that_nobody_foresaw_gets_no_name(checks: ModuleType) -> None:
    W = Draw(5, "unforeseen").normal(24, 96)
    q, scale = reference("absmax-int8").quantize(W)
    right = reference("absmax-int8").dequantize(q, scale)
    for came in (right + 0.3 * scale, 1.1 * right, W.flip(0)):
        assert checks.RoundTrip(W, q, float(scale), came).thought() is None


def test_two_ideas_in_one_check_are_no_evidence_for_either(checks: ModuleType) -> None:
    W = -Draw(6, "two ideas").normal(24, 96).abs() + 0.5
    absmax = W.abs().max()
    trips = []
    for scale in (absmax / 255, W.max() / 127):
        q = (W / scale).round().clamp(-128, 127).to(torch.int8)
        trips.append(checks.RoundTrip(W, q, float(scale), q.float() * scale))
    assert [trip.thought() for trip in trips] == ["all-levels-on-one-side", "scale-from-signed-max"]
    assert checks.common_thought(trips) is None
    assert checks.common_thought(trips[:1]) == "all-levels-on-one-side"


# --- what the exercises share ---------------------------------------------------------------------


def test_every_family_keeps_the_promises_about_inputs(checks: ModuleType) -> None:
    from matrices import families  # type: ignore[import-not-found]

    for seed in range(5):
        drawn = list(families(Draw(seed, "families")))
        assert len({name for name, _ in drawn}) >= 10
        assert sum(W.numel() for _, W in drawn) <= 2**17
        for name, W in drawn:
            absmax = W.abs().amax(dim=1)
            assert W.dtype == torch.float32, name
            assert bool(((absmax == 0) | ((absmax >= 1e-3) & (absmax <= 1e3))).all()), name
        assert not all(W.is_contiguous() for _, W in drawn)


@pytest.mark.parametrize("levels", [127, 127.5])
def test_right_grids_keep_the_limits_of_the_yardstick_on_every_family(
    checks: ModuleType, levels: float
) -> None:
    from matrices import families
    from yardsticks import HALF_STEP_LIMIT, absmax_per_row, absmax_per_tensor  # type: ignore[import-not-found]

    for seed in range(5):
        for name, W in families(Draw(seed, "grids")):
            tensor, row = W.abs().max(), W.abs().amax(dim=1, keepdim=True)
            for yardstick, absmax in ((absmax_per_tensor(W), tensor), (absmax_per_row(W), row)):
                step = torch.where(absmax > 0, absmax / levels, 1.0)
                W_hat = (W / step).round().clamp(-128, 127) * step
                assert yardstick.zeros_kept(W_hat), name
                assert yardstick.largest_of(W_hat) <= HALF_STEP_LIMIT, name
                if yardstick.norm_decides:
                    assert yardstick.ratio_of(W_hat) <= yardstick.ratio_limit, name


def test_clipping_and_truncation_break_the_limits_of_the_yardstick(checks: ModuleType) -> None:
    from matrices import family
    from yardsticks import HALF_STEP_LIMIT, absmax_per_group, absmax_per_tensor

    W = family(Draw(1, "limits"), "square")
    yardstick = absmax_per_tensor(W)
    step = W.abs().max() / 127
    assert yardstick.norm_decides
    assert yardstick.ratio_of((W / step).trunc() * step) > 1.9
    clipped = (W / (0.9 * step)).round().clamp(-127, 127) * 0.9 * step
    assert yardstick.largest_of(clipped) > HALF_STEP_LIMIT
    # A short last group has a scale of its own: finer groups never lose.
    W = family(Draw(2, "limits"), "odd sizes")
    assert absmax_per_group(W, 32).error < absmax_per_group(W, 128).error
    assert absmax_per_group(W, W.shape[1], levels=127).error == pytest.approx(
        absmax_per_group(W, 10**6, levels=127).error
    )
