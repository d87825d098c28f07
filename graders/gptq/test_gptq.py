"""Hidden checks of gptq: the values used, and the loss against the judge's own GPTQ."""

from __future__ import annotations

import torch
from gptq_draws import Layer, layer, with_zeros
from gptq_levels import are_codes, counted
from gptq_thoughts import Learner, thought_of_failure, thought_of_levels, thought_of_loss
from gptq_yardstick import OWN_FACTOR, ROUNDED_FACTOR, loss, own_loss, rounded_loss
from torch import Tensor
from wording import figure

from tutor.grading.proxy import SolutionError

ORDINARY = ("chain", "factors", "square", "wide", "two bits")
GROUPED = ("negative peaks", "apart", "short last", "one group")
SINGULAR = ("few tokens", "dead columns", "equal columns")
OTHERWISE = ("small inputs", "large inputs", "views")


def quantized(solution, expect, given: Layer) -> Tensor:
    """The learner's Ŵ; ends the check if its form is not the brief's or a number is not finite."""
    learner = Learner(solution)
    try:
        came = solution.gptq(*given)
    except SolutionError as problem:
        thought = thought_of_failure(learner, given)
        if thought is None:
            raise
        told = f"{problem.error['type']}: {str(problem.error['message']).split('(')[0].strip()[:120].rstrip('.')}"
        expect(False, expected=f"weights for {size(given)}", came=told, misconception=thought)
    came = expect.tensor(came, name="what gptq returns", dtype=torch.float32, shape=given.W.shape)
    expect(
        came.isfinite().all(),
        expected=f"finite weights for {size(given)}",
        came="NaN or infinity among them",
        misconception=lambda: thought_of_failure(learner, given),
    )
    expect(
        not are_codes(given, came),
        expected="weights",
        came="whole numbers: codes",
        misconception="codes-not-scaled-back",
    )
    return came


def judge_levels(solution, expect, given: Layer, came: Tensor):
    """No row uses more values in a group than there are codes."""
    most = int(counted(given, came).max())
    expect(
        most <= 2**given.bits,
        expected=f"at most {2**given.bits} values in each row and group at {given.bits} bits",
        came=f"{most} values in one, in {size(given)}",
        misconception=lambda: thought_of_levels(Learner(solution), given, came),
    )


def judge(solution, measure, expect, given: Layer):
    """The levels used, then the loss."""
    came = quantized(solution, expect, given)
    judge_levels(solution, expect, given, came)
    lost = loss(given.W, came, given.H)
    for name, factor, best in (
        ("loss against round-to-nearest", ROUNDED_FACTOR, rounded_loss(*given)),
        ("loss", OWN_FACTOR, own_loss(*given)),
    ):
        unit = "× rounding to nearest" if factor == ROUNDED_FACTOR else "× the judge's GPTQ"
        measure(
            name,
            lost / best,
            factor,
            unit=unit,
            expected=f"a loss of at most {factor} {unit}",
            came=f"{figure(lost / best)} ×, on {size(given)}",
            misconception=lambda: thought_of_loss(Learner(solution), given, came),
        )


def size(given: Layer) -> str:
    rows, columns = given.W.shape
    return f"a matrix of {rows} × {columns} at {given.bits} bits in groups of {given.group_size}"


# --- the checks ---------------------------------------------------------------------------------


def test_form(solution, draw, expect):
    """You return finite float32 weights of the shape of W."""
    quantized(solution, expect, layer(draw, "tiny"))


def test_loss(solution, draw, measure, expect):
    """Where inputs belong together, errors are made up for: the loss is far below that of rounding."""
    for name in ORDINARY:
        judge(solution, measure, expect, layer(draw, name))


def test_groups(solution, draw, measure, expect):
    """Each group has a grid of its own; the last may be short, and one may hold the whole row."""
    for name in GROUPED:
        judge(solution, measure, expect, layer(draw, name))


def test_singular(solution, draw, measure, expect):
    """Few tokens, inputs that are always zero and inputs that are always equal are served."""
    for name in SINGULAR:
        judge(solution, measure, expect, layer(draw, name))


def test_sizes_and_views(solution, draw, measure, expect):
    """Small inputs, large inputs with small weights, and matrices that are not contiguous are served alike."""
    for name in OTHERWISE:
        judge(solution, measure, expect, layer(draw, name))


def test_special_weights(solution, draw, measure, expect):
    """Rows of zeros come back as zeros, groups of one value are served, and no weight leaves its grid."""
    given, zero_rows = with_zeros(draw)
    came = quantized(solution, expect, given)
    expect(
        not came[zero_rows].count_nonzero(),
        expected="rows of zeros to come back as exact zeros",
        came="numbers in them that are not zero",
    )
    judge_levels(solution, expect, given, came)
    given = layer(draw, "loud twins")
    judge_levels(solution, expect, given, quantized(solution, expect, given))
