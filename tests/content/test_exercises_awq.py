"""The judge's AWQ against independent derivations, its promises about layers, and what its checks conclude."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.content.exercises import ROOT, example, exercise, loaded, wrong_ideas
from tutor.grading.checks import CheckFailed, Expect, Measure
from tutor.grading.draw import Draw
from tutor.grading.proxy import SolutionError

pytestmark = pytest.mark.usefixtures("graders")

FOLDER, GRADER = ROOT / "exercises" / "awq", ROOT / "graders" / "awq"
SEEDS = (1, 2, 3)


class Asked:
    """A solution in this process, which notes the layers that it was given."""

    def __init__(self, name: str) -> None:
        self._module = loaded(GRADER / f"{name}.py", "solution")
        self.weights: dict[tuple[float, ...], Tensor] = {}
        self.activations: list[Tensor] = []

    def awq_scales(self, W: Tensor, X: Tensor, bits: int, group_size: int) -> Tensor:
        self.activations.append(X)
        return self._call("awq_scales", W, X, bits, group_size)

    def apply_awq(self, W: Tensor, s: Tensor, bits: int, group_size: int) -> Tensor:
        return self._call("apply_awq", W, s, bits, group_size)

    def _call(self, name: str, W: Tensor, other: Tensor, bits: int, group_size: int) -> Tensor:
        self.weights[tuple(W.flatten()[:8].tolist())] = W
        try:
            result = getattr(self._module, name)(W.clone(), other.clone(), bits, group_size)
        except Exception as problem:
            raise SolutionError({"kind": "raised", "text": repr(problem)}) from None
        return torch.as_tensor(result).detach()


def graded(asked: Asked, seed: int, check: str | None = None) -> tuple[set[str | None], dict[str, float]]:
    """The misconceptions named by the checks that fail, and the worst of each measure of those that pass."""
    checks = loaded(GRADER / "test_awq.py", "checks")
    named: set[str | None] = set()
    worst: dict[str, float] = {}
    for name, function in vars(checks).items():
        if not name.startswith("test_") or check not in (None, name):
            continue
        measure = Measure()
        tools = {"solution": asked, "draw": Draw(seed, name), "measure": measure, "expect": Expect()}
        try:
            function(**{key: tools[key] for key in inspect.signature(function).parameters})
        except CheckFailed as failure:
            named.add(failure.misconception)
            continue
        for key, one in measure.worst.items():
            worst[key] = max(worst.get(key, 0.0), one.value)
    return named, worst


def drawn(name: str, seed: int) -> Any:
    """A layer of each kind on which the loss is judged at twice the search's."""
    from awq_draws import layer, with_dead_channels, with_zeros  # type: ignore[import-not-found]

    draw = Draw(seed, name)
    return {
        "square": lambda: layer(draw, (48, 48, 48), 4, 32),
        "four bits": lambda: layer(draw, (44, 16, 128), 4, 64),
        "three bits": lambda: layer(draw, (44, 16, 96), 3, 32),
        "one group": lambda: layer(draw, (40, 12, 72), 4, 128),
        "short": lambda: layer(draw, (44, 16, 100), 3, 40),
        "apart": lambda: layer(draw, (40, 12, 256), 4, 32, apart=True),
        "decoys": lambda: layer(draw, (48, 20, 128), 4, 64, decoys=True),
        "dead": lambda: with_dead_channels(draw, (40, 16, 96), 4, 48),
        "zeros": lambda: with_zeros(draw, (40, 16, 96), 4, 32)[0],
    }[name]()


KINDS = ("square", "four bits", "three bits", "one group", "short", "apart", "decoys", "dead", "zeros")


# --- brief and example ----------------------------------------------------------------------------


def test_the_example_prints_for_the_reference_what_it_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = example("awq", monkeypatch)
    lines = printed.splitlines()
    promised = lines[4].removeprefix("the brief's ").split("]] [[")
    for line, weights in zip(lines[1:4], promised, strict=True):
        assert weights.strip("[]") in line
    losses = re.fullmatch(r"loss without scales (\d+), with yours (\d+)", lines[-1])
    assert losses is not None
    assert int(losses[1]) > 3 * int(losses[2])


def test_the_table_of_the_brief_is_that_of_the_reference() -> None:
    brief = exercise("awq").brief.replace("−", "-")
    W, x = torch.tensor([[0.9, 0.1, -0.3, 0.6]]), torch.tensor([1.0, 20.0, -1.0, 1.0])
    apply_awq = loaded(GRADER / "reference.py", "solution").apply_awq
    assert f"| {float(W[0] @ x):g} |" in brief
    for loud, step in ((1.0, "0.3"), (8.0, "0.3"), (40.0, "1.333")):
        s = torch.tensor([1.0, loud, 1.0, 1.0])
        W_hat = apply_awq(W, s, 3, 4)
        scaled, back = (", ".join(f"{round(float(w), 4) + 0:.4g}" for w in row[0]) for row in (W * s, W_hat))
        assert f"| {loud:g} | {scaled} | {step} | {back} | {float(W_hat[0] @ x):.4g} |" in brief


def test_every_misconception_has_a_wrong_solution() -> None:
    assert wrong_ideas("awq") == {one.id for one in exercise("awq").misconceptions}


def test_no_example_holds_a_fixed_power() -> None:
    for path in ((GRADER / "right").glob("*.py")), (GRADER / "wrong").glob("*.py"):
        for one in path:
            text = one.read_text("utf-8")
            fixed = re.search(r"X\.abs\(\)[^\n]*(\*\* ?|pow\()0?\.\d", text)
            assert fixed is None, one.name


# --- the yardstick --------------------------------------------------------------------------------


def search_by_loops(W: np.ndarray, X: np.ndarray, bits: int, group_size: int) -> float:
    """The least loss of twenty powers, from the formulas of the paper, number by number."""
    top, losses = 2 ** (bits - 1) - 1, []
    loud = [sum(abs(x) for x in column) / len(column) for column in X.T.tolist()]
    for step in range(20):
        s = [x ** (step / 20) for x in loud]
        total = 0.0
        for row in W.tolist():
            error = []
            for start in range(0, len(row), group_size):
                scaled = [w * t for w, t in zip(row[start : start + group_size], s[start:], strict=False)]
                size = max(map(abs, scaled)) / top
                for j, v in enumerate(scaled, start):
                    error.append(row[j] - round(v / size) * size / s[j])
            total += sum(sum(x * e for x, e in zip(token, error, strict=True)) ** 2 for token in X.tolist())
        losses.append(total)
    return min(losses)


@pytest.mark.parametrize(("bits", "group_size"), [(4, 32), (3, 16)])
def test_the_search_is_that_of_plain_loops(bits: int, group_size: int) -> None:
    from awq_draws import layer

    part = layer(Draw(5, "loops"), (9, 6, 40), bits, group_size)
    mine = search_by_loops(part.W.double().numpy(), part.X.double().numpy(), bits, group_size)
    assert part.search_loss == pytest.approx(mine, rel=1e-6)


def test_the_loss_is_that_of_the_outputs() -> None:
    part = drawn("three bits", 1)
    W_hat = part.W.double() + 0.01
    error = np.einsum("ti,oi->to", part.X.numpy().astype(float), (part.W.double() - W_hat).numpy())
    assert part.loss(W_hat) == pytest.approx(float((error**2).sum()), rel=1e-9)


def published_loss(part: Any) -> float:
    """The search of the published code, from its description: a zero point, and √(max · min) of s at 1."""
    W, X, top = part.W.double(), part.X.double(), 2**part.bits - 1
    losses = []
    for step in range(20):
        s = (X.abs().mean(0) ** (step / 20)).clamp(min=1e-4)
        s = s / (s.max() * s.min()).sqrt()
        pieces = []
        for group in (W * s).split(part.group_size, dim=1):
            low, high = group.amin(1, keepdim=True), group.amax(1, keepdim=True)
            size = (high - low).clamp(min=1e-5) / top
            zero = (-(low / size).round()).clamp(0, top)
            pieces.append((((group / size).round() + zero).clamp(0, top) - zero) * size)
        losses.append(part.loss(torch.cat(pieces, dim=1) / s))
    return min(losses)


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_search_is_about_as_good(kind: str) -> None:
    for seed in SEEDS:
        part = drawn(kind, seed)
        assert 0.3 < published_loss(part) / part.search_loss < 1.5


# --- layers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_rounding_without_scales_loses_at_least_three_times_as_much(kind: str) -> None:
    for seed in range(6):
        part = drawn(kind, seed)
        assert part.plain_loss > 6 * part.search_loss


@pytest.mark.parametrize("seed", SEEDS)
def test_a_grading_keeps_the_promises_about_layers(seed: int) -> None:
    asked = Asked("reference")
    named, worst = graded(asked, seed)
    assert named == set()
    assert worst["loss of the output"] == pytest.approx(1.0, abs=0.02)
    assert sum(W.numel() for W in asked.weights.values()) < 2**15
    assert max(len(X) for X in asked.activations) <= 48
    for A in (*asked.weights.values(), *asked.activations):
        for dim in (0, 1):
            absmax = A.abs().amax(dim=dim)
            live = absmax[absmax > 0]
            assert bool(((live >= 1e-3) & (live <= 1e3)).all())


def right_grid(part: Any, s: Tensor, steps: float) -> Tensor:
    """Codes −8 … 7 (four bits) of absmax / ``steps``."""
    pieces = []
    for group in (part.W.double() * s).split(part.group_size, dim=1):
        size = group.abs().amax(1, keepdim=True) / steps
        codes = (
            (group / torch.where(size > 0, size, 1.0)).round().clamp(-part.levels // 2, part.levels // 2 - 1)
        )
        pieces.append(codes * size)
    return torch.cat(pieces, dim=1) / s


@pytest.mark.parametrize("kind", KINDS)
def test_other_grids_and_other_statistics_keep_the_limit_with_room(kind: str) -> None:
    for seed in SEEDS:
        part = drawn(kind, seed)
        X, top = part.X.double(), part.levels / 2 - 1
        floor = 1e-5 * float(X.abs().max())
        statistics = (X.abs().mean(0), X.abs().amax(0), X.square().mean(0).sqrt())
        for statistic in statistics:
            for steps in (top, top + 0.5):
                powers = (statistic.clamp(min=floor) ** (step / 20) for step in range(20))
                least = min(part.loss(right_grid(part, s, steps)) for s in powers)
                assert least < 1.9 * part.search_loss


# --- counting values ------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_values_are_counted_as_one_in_any_precision(dtype: torch.dtype) -> None:
    part = drawn("four bits", 1)
    s = part.best[1].float()
    scaled = part.W * s
    size = torch.cat([g.abs().amax(1, keepdim=True).expand_as(g) / 7 for g in scaled.split(64, 1)], dim=1)
    came = ((scaled / size).round() * size).to(dtype).float() / s
    count, on_grid = part.values(came.to(dtype).float(), s)
    assert 8 <= count <= 15
    assert part.loss(on_grid) == pytest.approx(part.loss(came), rel=0.05)


def test_float_weights_have_too_many_values() -> None:
    part = drawn("four bits", 1)
    assert part.values(part.W, torch.ones(128))[0] > 50


def test_precision_that_hides_beside_a_huge_scale_is_lost() -> None:
    part = drawn("four bits", 2)
    loud = part.loudness > 10 * part.loudness.median()
    s = torch.where(loud, 1.0, 1e9)
    W_hat = torch.where(loud, part.W, part.scaled(torch.ones(128, dtype=torch.float64)))
    count, on_grid = part.values(W_hat, s)
    assert part.loss(W_hat) < 2 * part.search_loss
    assert count > part.levels or part.loss(on_grid) > 2 * part.search_loss


def test_small_groups_are_not_counted() -> None:
    from grid_levels import snapped  # type: ignore[import-not-found]

    V = torch.randn(3, 40, dtype=torch.float64)
    count, same = snapped(V, 20, least=32)
    assert count == 0
    assert torch.equal(same, V)
    assert snapped(V, 20)[0] == 20


# --- what the checks conclude ---------------------------------------------------------------------


def test_the_probes_tell_the_ideas_of_scales_apart() -> None:
    from awq_probe import square_probe  # type: ignore[import-not-found]
    from awq_suspects import thought_of_scales  # type: ignore[import-not-found]

    part = square_probe()
    X, W = part.X, part.W
    for power in (0.1, 0.5, 1.0):
        assert thought_of_scales(part, X.abs().mean(0) ** -power) == "scales-inverted"
        assert thought_of_scales(part, W.abs().mean(0) ** power) == "scales-from-weights"
        assert thought_of_scales(part, X.abs().mean(1) ** power) == "tokens-for-channels"
        assert thought_of_scales(part, W.abs().amax(1) ** power) == "scales-per-output"
        assert thought_of_scales(part, X.mean(0).abs() ** power) == "activations-averaged-with-sign"
    assert thought_of_scales(part, part.best[1]) is None
    assert thought_of_scales(part, torch.rand(48) + 0.5) is None


def test_weights_that_nobody_foresaw_get_no_name() -> None:
    from awq_suspects import thought_of_weights

    part = drawn("four bits", 3)
    s = part.best[1]
    right = part.scaled(s)
    assert thought_of_weights(part, s, right) is None
    assert thought_of_weights(part, s, right.flip(0)) is None
    assert thought_of_weights(part, s, right + 0.3 * torch.randn_like(right)) is None


@pytest.mark.parametrize("name", ["nothing-scaled", "searched-by-weight-error", "scaled-the-wrong-way"])
def test_one_wrong_idea_has_one_name_in_every_check(name: str) -> None:
    for check in ("test_square", "test_search"):
        named, _ = graded(Asked(f"wrong/{name}"), 4, check)
        assert named == {name}


def test_scales_from_weights_in_either_direction_fail() -> None:
    for seed in range(6):
        part = drawn("decoys", seed)
        W = part.W.double()
        for size in (W.abs().amax(0), W.abs().mean(0)):
            for power in (-1.0, -0.5, 0.5, 1.0):
                assert part.loss(part.scaled(size**power)) > 2 * part.search_loss
