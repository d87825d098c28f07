"""The demo of Four bits, well: its methods against independent computation, and the real model's figures as stated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.content.claims import source
from tests.content.claims_four_bits import (
    BY_BITS,
    DOWN,
    NOISY,
    NOISY_32,
    REAL,
    ROWS,
    levels_of_nf4,
)
from tests.content.demos import module, output, output_on, part_on
from tests.content.lesson_text import lesson


def table(text: str) -> dict[str, list[float]]:
    """Row -> bits a weight, error of the weights, of the output seen and held out."""
    found = {}
    for row in ROWS:
        line = re.search(
            rf"(?m)^   {row}(?:, alpha [\d.]+)? +([\d.]+) +([\d.]+) % +([\d.]+) % +([\d.]+) %$", text
        )
        assert line, row
        found[row] = [float(value) for value in line.groups()]
    return found


def sweep(text: str) -> dict[int, list[float]]:
    """Bits -> held-out error of plain rounding, AWQ and GPTQ."""
    lines = re.findall(r"(?m)^ +(\d) +([\d.]+) % +([\d.]+) % +([\d.]+) %$", text)
    return {int(bits): [float(error) for error in errors] for bits, *errors in lines}


def problem(rows: int = 12, columns: int = 24) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights, and activations that move together."""
    W, X = module("four-bits").draw(3, columns=columns, rows=rows, tokens=200)
    return W, X


def absmax_grid(W: torch.Tensor, bits: int) -> torch.Tensor:
    return (W.abs().amax(dim=1) / (2 ** (bits - 1) - 1)).half().double()


# --- NF4 and FP8 against the known implementations --------------------------------------------


def test_the_sixteen_levels_are_those_of_bitsandbytes() -> None:
    functional = pytest.importorskip("bitsandbytes.functional")
    theirs = functional.get_4bit_type("nf4", device="cpu")
    assert torch.allclose(module("four-bits").nf4_levels(), theirs, rtol=0, atol=1e-6)
    assert torch.allclose(torch.tensor(levels_of_nf4()[2]), theirs, rtol=0, atol=1e-6)


def test_nf4_rounds_as_bitsandbytes_does() -> None:
    functional = pytest.importorskip("bitsandbytes.functional")
    W = torch.randn(16, 256, generator=torch.Generator().manual_seed(1))
    packed, state = functional.quantize_4bit(W, blocksize=64, quant_type="nf4")
    theirs = functional.dequantize_4bit(packed, state)
    assert torch.allclose(module("four-bits").nf4(W), theirs, rtol=0, atol=1e-5)


def test_double_quantization_hardly_changes_the_constants() -> None:
    demo = module("four-bits")
    absmax = torch.randn(40, 64, generator=torch.Generator().manual_seed(2)).abs() * 0.2 + 2.5
    came = demo.in_eight_bits(absmax)
    assert float((came - absmax).norm() / absmax.norm()) < 0.005
    assert not torch.equal(came, absmax)
    assert torch.equal(demo.in_eight_bits(torch.zeros(2, 3)), torch.zeros(2, 3))


def test_e4m3_is_torchs() -> None:
    demo = module("four-bits")
    every = torch.arange(256, dtype=torch.uint8).view(torch.float8_e4m3fn).float()
    every = every[every.isfinite()].sort().values
    assert torch.equal(demo.e4m3(every), every)
    halfway = (every[1:] + every[:-1]) / 2
    random = torch.randn(10_000, generator=torch.Generator().manual_seed(3)) * 60
    tiny = torch.randn(1000, generator=torch.Generator().manual_seed(4)) * 2**-8
    for x in (halfway, random.clamp(-448, 448), tiny):
        assert torch.equal(demo.e4m3(x), x.to(torch.float8_e4m3fn).float())
    assert demo.e4m3(torch.tensor([500.0, -1e6])).tolist() == [448, -448]


# --- GPTQ and AWQ against an independent derivation -------------------------------------------


@pytest.mark.parametrize("order", ["given", "loudest"])
def test_gptq_leaves_the_later_columns_where_the_loss_is_least(order: str) -> None:
    """After each rounding the rest is solved for anew, as a system of equations: no inverse, no factor."""
    W, X = problem()
    H = 2 * X.T @ X
    came = module("four-bits").gptq(W, H, 3, 8, order=order)
    damped = H.double()
    damped.diagonal().add_(0.01 * damped.diagonal().mean())
    scales = torch.cat([absmax_grid(part, 3)[:, None].expand(-1, 8) for part in W.split(8, dim=1)], dim=1)
    columns = H.diagonal().argsort(descending=True).tolist() if order == "loudest" else list(range(24))
    best, fixed = W.double().clone(), torch.zeros_like(W, dtype=torch.float64)
    for place, column in enumerate(columns):
        step = scales[:, column]
        fixed[:, column] = torch.round(best[:, column] / step).clamp(-4, 3) * step
        done, rest = columns[: place + 1], columns[place + 1 :]
        off = fixed[:, done] - W.double()[:, done]
        if rest:
            pull = off @ damped[done][:, rest]
            best[:, rest] = W.double()[:, rest] - torch.linalg.solve(damped[rest][:, rest], pull.T).T
    assert torch.allclose(came.double(), fixed, rtol=0, atol=1e-4)


def test_gptq_serves_dead_and_equal_columns() -> None:
    demo = module("four-bits")
    W, X = problem()
    X[:, 5] = 0
    X[:, 9] = X[:, 10]
    H = 2 * X.T @ X
    came = demo.gptq(W, H, 4, 8)
    assert torch.isfinite(came).all()
    plain = demo.round_to_nearest(W, 4, 8)
    assert torch.equal(came[:, 5], plain[:, 5]), "a dead column is rounded by itself"
    assert demo.squared_error(W - came, H) < 0.7 * demo.squared_error(W - plain, H)


def test_the_worked_example_of_two_weights() -> None:
    demo = module("four-bits")
    H = torch.tensor([[10.0, 8.0], [8.0, 10.0]])
    W = torch.tensor([[1.4, 0.4, 7.0]])  # the third, of an input that is never heard, makes the step 1
    H = torch.block_diag(H, torch.zeros(1, 1))
    assert demo.gptq(W, H, 4, 8, damping=1e-4).tolist() == [[1, 1, 7]]
    assert demo.round_to_nearest(W, 4, 8).tolist() == [[1, 0, 7]]


def test_awq_finds_the_best_of_twenty_and_undoes_its_scale() -> None:
    demo = module("four-bits")
    W, X = problem(32, 64)
    H, loudness = 2 * X.T @ X, X.abs().mean(dim=0)
    came, alpha = demo.awq(W, H, loudness, 4, 16)
    losses = {}
    for i in range(20):
        s = loudness.double() ** (i / 20)
        s = s / (s.max() * s.min()).sqrt()
        parts = [part / absmax_grid(part, 4)[:, None] for part in (W * s).split(16, dim=1)]
        steps = [absmax_grid(part, 4)[:, None].expand(-1, 16) for part in (W * s).split(16, dim=1)]
        W_hat = torch.round(torch.cat(parts, dim=1)) * torch.cat(steps, dim=1) / s
        losses[i / 20] = float((X.double() @ (W - W_hat).T).square().sum())
    assert losses[alpha] <= 1.02 * min(losses.values())
    assert demo.squared_error(W - came, H) == pytest.approx(losses[alpha], rel=0.05)
    assert losses[alpha] < losses[0.0]


def test_the_loss_is_the_squared_error_of_the_output() -> None:
    W, X = problem()
    E = W - W.round()
    loss = module("four-bits").squared_error(E, 2 * X.T @ X)
    assert loss == pytest.approx(float((X @ E.T).square().sum()), rel=1e-4)


# --- what it prints ---------------------------------------------------------------------------


def test_the_table_counts_every_bit() -> None:
    rows = table(output("four-bits", "--group", "100", "--bits", "3"))
    assert rows["GPTQ"][0] == pytest.approx(3 + 16 * 3 / 256, abs=6e-4)  # 100 + 100 + 56 columns
    rows = table(output("four-bits", "--codes", "asymmetric"))
    assert rows["AWQ"][0] == 4 + 32 / 64
    assert rows["NF4, double"][0] == pytest.approx(4 + 8 / 64 + 32 / (64 * 256), abs=6e-4)
    assert rows["FP8, scale per row"][0] == 8 + 32 / 256


def test_drawn_the_order_is_the_same() -> None:
    rows = table(output("four-bits"))
    weights = sorted(ROWS[:4], key=lambda row: rows[row][1])
    held_out = sorted(ROWS[:4], key=lambda row: rows[row][3])
    assert weights == ["NF4", "round to nearest", "AWQ", "GPTQ"]
    assert held_out[0] == "GPTQ"
    assert held_out[-1] == "round to nearest"
    assert rows["GPTQ"][3] > rows["GPTQ"][2], "text that it has not seen"
    by_bits = sweep(output("four-bits"))
    assert list(by_bits) == [2, 3, 4, 5, 6]
    assert by_bits[4] == [rows[row][3] for row in ROWS[:3]]


def test_its_noise_stays_between_the_levels_of_the_file() -> None:
    demo = module("four-bits")
    W = torch.randn(4, 64, generator=torch.Generator().manual_seed(5))
    on_grid = demo.round_to_nearest(W, 4, 32, "asymmetric")
    noisy = demo.between_the_levels(on_grid, 0)
    assert not torch.equal(noisy, on_grid)
    for part, moved in zip(on_grid.split(32, dim=1), noisy.split(32, dim=1), strict=True):
        step = (part.amax(dim=1) - part.amin(dim=1)) / 15
        assert ((moved - part).abs() <= step[:, None] / 2 * (1 + 1e-4)).all()
        assert ((moved - part).abs() > step[:, None] / 4).any()


def test_without_the_real_model_it_says_that_it_draws_and_how_to_fetch_one() -> None:
    text = output("four-bits")
    assert "DRAWN, not measured" in text
    assert "'tutor model fetch'" in text


def test_the_lesson_says_where_the_models_weights_come_from() -> None:
    steps = {step.id: step.markdown for step in lesson("four-bits").steps}
    assert "holds them in 4 bits" in " ".join(steps["demo"].split())


# --- the real model ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept_model(real_model: Path) -> Iterator[Path]:
    """The real model, which this process then keeps for the tests of this module."""
    yield real_model
    module("four-bits").language_model.cache_clear()


def control(text: str) -> list[float]:
    part = text.split("4. Is it the file?")[1]
    return [float(value) for value in re.findall(r"(?m)^   (?:round|AWQ|GPTQ).* ([\d.]+) %$", part)]


@pytest.mark.slow
def test_the_real_model_gives_the_figures_that_the_lesson_states(real_model: Path) -> None:
    text, stated = output_on(real_model, "four-bits"), source(REAL)
    for row, values in table(text).items():
        assert values == pytest.approx(stated[row], rel=0.03, abs=0.006), row
    assert sweep(text) == {bits: pytest.approx(errors, rel=0.03) for bits, errors in stated[BY_BITS].items()}
    assert control(text) == pytest.approx(stated[NOISY], rel=0.03)
    energy = re.search(r"holds ([\d.]+) % of the energy", text)
    loudness = re.search(r"loudest input ([\d.]+), of the median one ([\d.]+)", text)
    assert energy
    assert loudness
    assert float(energy[1]) == pytest.approx(stated["energy of X in a tenth of all directions"], abs=0.1)
    mean = stated["mean |x| of the loudest input, of the median one"]
    assert [float(value) for value in loudness.groups()] == pytest.approx(mean, rel=0.02)


@pytest.mark.slow
def test_the_files_own_grid_has_no_error_and_the_control_tells(kept_model: Path) -> None:
    text = part_on(kept_model, "four-bits", "--codes=asymmetric", "--group=32", without=["show_map"])
    assert table(text)["round to nearest"] == [5.0, 0.0, 0.0, 0.0]
    assert control(text) == pytest.approx(source(REAL, NOISY_32), rel=0.03)


@pytest.mark.slow
def test_gptq_fits_its_text_too_well_where_tokens_are_few(kept_model: Path) -> None:
    def rows(*arguments: str) -> dict[str, list[float]]:
        return table(part_on(kept_model, "four-bits", *arguments, without=["show_map", "show_control"]))

    stated, down = source(REAL), rows("--place=down")
    assert [down[row][2:] for row in ROWS[:3]] == [pytest.approx(pair, rel=0.03) for pair in stated[DOWN]]
    few = rows("--tokens=128")
    assert few["GPTQ"][2:] == pytest.approx(stated["128 tokens, GPTQ seen and held out"], rel=0.03)
    damped = rows("--tokens=128", "--damping=0.1")
    assert damped["GPTQ"][3] == pytest.approx(stated["128 tokens, damping 0.1, GPTQ held out"], rel=0.03)
