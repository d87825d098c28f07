"""The judge's GPTQ against independent derivations, the promises about its inputs, and what its checks conclude."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.content.exercises import ROOT, example, exercise, loaded, wrong_ideas
from tutor.grading.draw import Draw

pytestmark = pytest.mark.usefixtures("graders")

GRADER = ROOT / "graders" / "gptq"
SEEDS = (1, 2, 3)
JUDGED = ("ORDINARY", "GROUPED", "SINGULAR", "OTHERWISE")


def solution(name: str) -> Any:
    return loaded(GRADER / f"{name}.py", "solution").gptq


def judged() -> list[str]:
    checks = loaded(GRADER / "test_gptq.py", "checks")
    return [name for group in JUDGED for name in getattr(checks, group)]


def layer(name: str, seed: int) -> Any:
    from gptq_draws import layer as drawn  # type: ignore[import-not-found]

    return drawn(Draw(seed, name), name)


def copies(given: Any) -> Any:
    return given._replace(W=given.W.clone(), H=given.H.clone())


# --- brief and example ----------------------------------------------------------------------------


def test_the_brief_has_at_most_sixty_lines() -> None:
    assert len(exercise("gptq").brief.rstrip().splitlines()) <= 60


def test_the_example_prints_for_the_reference_what_its_comments_and_the_brief_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = ROOT / "exercises" / "gptq" / "example.py"
    printed = example("gptq", monkeypatch)
    promised = re.findall(r"\)  # (.*)$", file.read_text("utf-8"), flags=re.MULTILINE)
    assert len(promised) == 3
    for text in promised:
        assert text in printed
    brief = exercise("gptq").brief
    assert "5.86 by\nrounding, 2.36 by gptq" in brief
    assert "| 3.0, 0.4, 0.3 | 1.0 | 3, 0, 0 | 3, 0, 1 |" in brief
    assert "| −1.5, 0.2, 0.2 | 0.5 | −1.5, 0, 0 | −1.5, 0, 0.5 |" in brief
    assert round(0.3 + 8 / 10 * 0.4, 2) == 0.3 + 0.32


def test_the_limits_of_the_brief_are_those_of_the_checks() -> None:
    from gptq_yardstick import DAMPING, OWN_FACTOR, ROUNDED_FACTOR  # type: ignore[import-not-found]

    assert f"| loss | {ROUNDED_FACTOR} × |" in exercise("gptq").brief
    assert f"| loss | {OWN_FACTOR} × |" in exercise("gptq").brief
    assert f"damping {DAMPING} |" in exercise("gptq").brief


# --- the judge's own GPTQ -------------------------------------------------------------------------


def by_least_squares(given: Any, damping: float) -> Tensor:
    """Optimal brain quantization from left to right, from its definition.

    After each column those that are left are found again from all errors made so far, by least squares on the
    outputs; no inverse, no factor, no update. Damping is what sqrt(λ) times one more input for each column adds.
    """
    from gptq_yardstick import rounded, symmetric_step

    W, H = given.W.double(), given.H.double()
    columns = W.shape[1]
    values, vectors = torch.linalg.eigh(H)
    inputs = (vectors * values.clamp(min=0).sqrt()).T  # [i, i] with inputsᵀ inputs = H
    extra = (damping * H.diagonal().mean()).sqrt() * torch.eye(columns, dtype=torch.float64)
    A = torch.cat([inputs, extra])
    W_hat = torch.zeros_like(W)
    for j in range(columns):
        errors = A[:, :j] @ (W[:, :j] - W_hat[:, :j]).T  # what the columns left should add
        left = W[:, j:] + torch.linalg.lstsq(A[:, j:], errors).solution.T
        if j % given.group_size == 0:
            step = symmetric_step(left[:, : given.group_size], given.bits)
        W_hat[:, j] = rounded(left[:, :1], step, given.bits)[:, 0]
    return W_hat


@pytest.mark.parametrize("name", ["tiny", "square", "two bits", "equal columns"])
def test_the_yardstick_is_greedy_rounding_with_least_squares(name: str) -> None:
    from gptq_yardstick import gptq

    given = layer(name, 4)
    same = (gptq(*given) - by_least_squares(given, 0.01)).abs() <= 1e-6 * given.W.abs().max()
    assert float(same.all(dim=1).double().mean()) > 0.9  # a weight between two levels may fall to either


def test_the_loss_is_twice_the_squared_error_of_the_outputs() -> None:
    from gptq_yardstick import loss

    W, W_hat, X = torch.randn(5, 8), torch.randn(5, 8), torch.randn(8, 40)
    assert loss(W, W_hat, 2 * X @ X.T) == pytest.approx(2 * float(((W - W_hat) @ X).square().sum()), rel=1e-5)


def test_the_published_algorithm_gives_what_the_yardstick_gives() -> None:
    """Blocks, dead columns and −8 … 7, written as in the paper's code: the same loss, nearly."""
    from gptq_yardstick import loss, own_loss

    published = solution("right/published-form")
    for name in ("factors", "wide", "dead columns"):
        given = layer(name, 5)
        ratio = loss(given.W, published(*copies(given)), given.H) / own_loss(*given)
        assert ratio == pytest.approx(1.0, abs=0.12), name


def test_values_are_counted_as_levels() -> None:
    from gptq_yardstick import level_counts

    alive = torch.zeros(6, dtype=torch.bool)
    W_hat = torch.tensor([[1.0, 1.0 + 1e-6, -1.0, 2.0, 2.0, 3.0], [0.0, 0.0, 0.0, 0.0, 5.0, 5.0]])
    assert level_counts(W_hat, alive, 3).tolist() == [[2, 2], [1, 2]]
    assert level_counts(W_hat, alive, 4).tolist() == [[3, 2], [1, 1]]
    dead = torch.tensor([False, False, False, True, False, False])
    assert level_counts(W_hat, dead, 3).tolist() == [[2, 2], [1, 1]]
    W_hat = torch.randn(3, 64, generator=torch.Generator().manual_seed(0))
    assert level_counts(W_hat, torch.zeros(64, dtype=torch.bool), 32).min() > 30


# --- inputs and margins -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_every_layer_keeps_the_promises_of_brief_and_ruling(seed: int) -> None:
    from gptq_draws import FAMILIES, with_zeros
    from gptq_yardstick import own_loss, rounded_loss

    drawn = {name: layer(name, seed) for name in FAMILIES}
    drawn["zeros"] = with_zeros(Draw(seed, "zeros"))[0]
    assert set(judged()) == set(drawn) - {"tiny", "zeros", "loud twins"}
    assert sum(given.W.numel() for given in drawn.values()) < 2**15
    for name, (W, H, bits, group_size) in drawn.items():
        assert torch.equal(H, H.T), name
        assert 1e-3 <= float(H.diagonal().mean()) <= 1.001e5, name
        assert bits in (2, 3, 4), name
        assert W.shape[1] <= 200, name
        sizes = torch.stack([piece.abs().amax(dim=1) for piece in W.split(group_size, dim=1)])
        assert bool(((sizes == 0) | ((sizes >= 1e-3) & (sizes <= 1e3))).all()), name
        if name in judged():
            assert float(sizes.max() / sizes.min()) < 5, name
            assert own_loss(W, H, bits, group_size) <= 0.4 * rounded_loss(W, H, bits, group_size), name
    for name in ("few tokens", "dead columns", "equal columns"):
        assert torch.linalg.matrix_rank(drawn[name].H.double(), hermitian=True, rtol=1e-6) < len(
            drawn[name].H
        )
    assert not drawn["views"].W.is_contiguous()
    assert not drawn["views"].H.is_contiguous()


@pytest.mark.parametrize("path", sorted((GRADER / "right").glob("*.py")), ids=lambda path: path.stem)
def test_right_solutions_keep_the_limit_with_room(path: Path) -> None:
    from gptq_levels import counted  # type: ignore[import-not-found]
    from gptq_yardstick import OWN_FACTOR, loss, own_loss

    gptq = loaded(path, "solution").gptq
    names = ("two bits", "negative peaks", "few tokens") if path.stem == "plain-loops" else judged()
    for name in names:
        given = layer(name, 6)
        came = gptq(*copies(given)).detach()
        assert int(counted(given, came).max()) <= 2**given.bits, name
        assert loss(given.W, came, given.H) < 0.95 * OWN_FACTOR * own_loss(*given), name


@pytest.mark.parametrize("seed", SEEDS)
def test_rounding_and_large_damping_break_the_limit_with_room(seed: int) -> None:
    from gptq_yardstick import OWN_FACTOR, gptq, loss, own_loss

    for name in ("factors", "chain", "wide"):
        given = layer(name, seed)
        rounded = solution("wrong/no-error-propagation--asymmetric")(*copies(given))
        for came in (rounded, gptq(*given, damping=20.0)):
            assert loss(given.W, came, given.H) > 1.25 * OWN_FACTOR * own_loss(*given), name


# --- what the graders conclude ------------------------------------------------------------------------


def test_every_misconception_has_a_wrong_solution() -> None:
    assert wrong_ideas("gptq") == {one.id for one in exercise("gptq").misconceptions}


@pytest.mark.parametrize("name", ["factors", "chain", "few tokens"])
def test_right_rules_get_no_name(name: str) -> None:
    from gptq_rules import thought_behind  # type: ignore[import-not-found]
    from gptq_yardstick import gptq

    given = layer(name, 7)
    for damping in (0.003, 0.01, 0.1):
        assert thought_behind(given, gptq(*given, damping=damping)) is None
    assert thought_behind(given, torch.zeros_like(given.W)) is None
    assert thought_behind(given, given.W.flip(0)) is None


RULES = (
    "no-error-propagation",
    "error-with-wrong-sign",
    "error-from-the-original-weights",
    "inverse-not-updated",
    "hessian-not-inverted",
    "cholesky-before-the-inverse",
    "error-stops-at-the-group",
    "rows-taken-for-columns",
    "damping-too-large",
)


@pytest.mark.parametrize("idea", RULES)
def test_a_rule_is_told_on_any_grid(idea: str) -> None:
    from gptq_rules import thought_behind

    source = (GRADER / "wrong" / f"{idea}.py").read_text("utf-8")
    for levels in ("2 ** (bits - 1) - 1", "2 ** (bits - 1) - 0.5"):
        scope: dict[str, Any] = {}
        exec(source.replace("2 ** (bits - 1) - 1", levels), scope)  # our own file, on another grid
        given = layer("factors", 8)
        assert thought_behind(given, scope["gptq"](*copies(given))) == idea
