"""Hidden checks of outlier-features: which columns hold a magnitude beyond the threshold."""

from __future__ import annotations

import torch
from activations import activations
from feature_draws import every_kind, place
from feature_suspects import (
    by_token,
    choices,
    ideas_behind,
    other_scales,
    outlier_features,
)
from torch import Tensor
from wording import counted

from tutor.grading.checks import describe
from tutor.grading.proxy import SolutionError

# --- judging ------------------------------------------------------------------------------------


def judge(solution, expect, X: Tensor, threshold: float, which: str = ""):
    """The learner's indices are those of the outlier features: form first, then which, then order.

    Args:
        which: what tells this X from the others of its check, if the title does not.
    """
    exact = outlier_features(X, threshold)
    result = solution.outlier_features(X, threshold)
    came = expect.tensor(
        result,
        name="what outlier_features returns",
        dtype=torch.int64,
        misconception=lambda: thought_of_form(result, X, threshold),
    )
    expect(
        came.dim() == 1,
        expected="a flat tensor of indices, of shape (k,)",
        came=describe(came),
        misconception=lambda: thought_of_form(came, X, threshold),
    )
    expect(
        torch.equal(came.sort().values, exact),
        expected=demand(exact, X.shape[1]) + which,
        came=counted(len(came), "index", "indices")
        + (
            f", among them {int(torch.isin(exact, came).sum()) or 'none'} of these"
            if len(exact) and len(came)
            else ""
        ),
        misconception=lambda: thought_of_indices(solution, came, X, threshold),
    )
    magnitude = X.float().abs().amax(dim=0)
    expect(
        torch.equal(came, exact),
        expected="the indices in ascending order",
        came="the right indices in another order",
        misconception=lambda: thought_of_order(magnitude[came]),
    )


def demand(exact: Tensor, features: int) -> str:
    if not len(exact):
        return f"no index, since none of the {features} features has a magnitude beyond the threshold"
    some = counted(len(exact), "feature")
    return f"the {some} of {features} with a magnitude beyond the threshold, each once"


def thought_of_form(came: object, X: Tensor, threshold: float) -> str | None:
    """The misconception behind a result that is no int64 tensor of one dimension."""
    exact, beyond = outlier_features(X, threshold), X.abs() > threshold
    if isinstance(came, (tuple, list)):
        return _thought_of_sequence(came, exact)
    if not isinstance(came, Tensor):
        return _thought_of_number(came, exact)
    if came.dim() == 0:
        return _thought_of_number(came.item(), exact)
    if came.shape == (X.shape[1],) and is_mask(came):
        return "mask-instead-of-indices"
    if (came.shape == X.shape and is_mask(came)) or _same(came, beyond.nonzero()):
        return "places-instead-of-features"
    if came.numel() == 0 and came.is_floating_point() and len(exact) == 0:
        return "no-outliers-gives-floats"
    magnitude = X.abs().amax(dim=0)
    shown = (magnitude, magnitude[exact], X[:, exact], X[beyond], X[beyond].abs())
    if len(exact) and came.is_floating_point() and any(_same(came, values) for values in shown):
        return "magnitudes-instead-of-indices"
    if came.dim() == 2 and came.shape[1] == 1 and not came.is_floating_point():
        return "nonzero-leaves-a-column"
    return None


def _thought_of_sequence(came: tuple | list, exact: Tensor) -> str | None:
    if len(came) == 2 and all(isinstance(item, Tensor) and item.dim() == 1 for item in came):
        return "places-instead-of-features"
    if len(came) == 1 and isinstance(came[0], Tensor) and _same(came[0], exact):
        return "tuple-around-the-indices"
    numbers = all(type(item) is int or (isinstance(item, Tensor) and item.dim() == 0) for item in came)
    return "list-instead-of-tensor" if numbers and [int(item) for item in came] == exact.tolist() else None


def _thought_of_number(came: object, exact: Tensor) -> str | None:
    if isinstance(came, bool) or not isinstance(came, (int, float)):
        return None
    if len(exact) == 1 and came == exact[0] != 1:
        return "only-index-squeezed"
    return "count-instead-of-indices" if came == len(exact) != 1 else None


def thought_of_indices(solution, came: Tensor, X: Tensor, threshold: float) -> str | None:
    """The misconception behind other indices, i64[k]."""
    exact, beyond = outlier_features(X, threshold), X.abs() > threshold
    if len(came) == X.shape[1] and is_mask(came) and len(exact) < len(came):
        return "mask-instead-of-indices"
    mine = came.sort().values
    if any(torch.equal(mine, flat.flatten().nonzero().flatten()) for flat in (beyond, beyond.T)):
        return "places-instead-of-features"
    if torch.equal(mine.unique(), exact):
        return "feature-once-for-each-token"
    found = ideas_behind(came, (*choices(X, threshold), by_token(X, threshold), *other_scales(X, threshold)))
    found &= ideas_agreed(solution, X, threshold)
    return found.pop() if len(found) == 1 else None


def ideas_agreed(solution, X: Tensor, threshold: float) -> set[str]:
    """The ideas that explain what comes for several thresholds and sizes of X.

    Those of another scale must do so beyond all magnitudes as well. By one X and threshold alone a few indices
    agree with one of so many ideas by chance, and no indices with many.
    """
    agreed: list[set[tuple[int, str]]] = []
    some = False
    for factor, size in ((1.0, 1.0), (0.8, 1.0), (1.7, 1.0), (1.0, 1 / 16), (100.0, 1.0)):
        sent, limit = X * size, threshold * factor * size
        try:
            came = solution.outlier_features(sent, limit)
        except SolutionError:
            return set()
        if not isinstance(came, Tensor) or came.dim() != 1 or came.is_floating_point():
            return set()
        some = some or len(came) > 0
        of_tokens = (*choices(sent, limit), by_token(sent, limit))
        ideas = enumerate((*of_tokens, *other_scales(sent, limit)))
        agreed.append({(n, idea) for n, (idea, chosen) in ideas if ideas_behind(came, [(idea, chosen)])})
        if factor == 100.0:
            agreed[-1] |= {(n, idea) for n, (idea, _) in enumerate(of_tokens)}
    return {idea for _, idea in set.intersection(*agreed)} if some else set()


def thought_of_order(sizes: Tensor) -> str | None:
    steps = sizes.diff()
    return "indices-by-size" if bool((steps <= 0).all() or (steps >= 0).all()) else None


def is_mask(came: Tensor) -> bool:
    return bool(((came == 0) | (came == 1)).all())


def _same(came: Tensor, other: Tensor) -> bool:
    return came.shape == other.shape and torch.allclose(came.double(), other.double(), rtol=2e-3)


# --- the checks ---------------------------------------------------------------------------------


def test_features(solution, draw, expect):
    """The features with a magnitude beyond the threshold on any token are found, and no others."""
    for low, high in ((2.0, 4.5), (5.0, 7.0), (9.0, 14.0)):
        threshold = draw.uniform(low, high)
        judge(solution, expect, every_kind(draw, threshold), threshold)


def test_thresholds(solution, draw, expect):
    """The threshold may be any number, in the units of X."""
    for low, high in ((0.05, 0.2), (0.5, 1.5), (25.0, 50.0)):
        threshold = draw.uniform(low, high)
        judge(solution, expect, every_kind(draw, threshold), threshold)


def test_float16(solution, draw, expect):
    """X may be float16."""
    for low, high in ((0.5, 1.5), (9.0, 14.0)):
        threshold = draw.uniform(low, high)
        judge(solution, expect, every_kind(draw, threshold).half(), threshold)


def test_square(solution, draw, expect):
    """With as many tokens as features, a feature is still a column."""
    side, threshold = draw.integer(36, 44), draw.uniform(9.0, 14.0)
    judge(solution, expect, every_kind(draw, threshold, side, side), threshold)


def test_none(solution, draw, expect):
    """Without outliers the result is an empty int64 tensor."""
    threshold = draw.uniform(9.0, 14.0)
    # What is empty counts only where something else comes for outliers, and says nothing about its form.
    judge(solution, expect, every_kind(draw, threshold), threshold, ", in a matrix that does have outliers")
    for dtype in (torch.float32, torch.float16):
        X = activations(draw, draw.integer(5, 9), draw.integer(11, 17), threshold)
        judge(solution, expect, X.to(dtype), threshold)


def test_one(solution, draw, expect):
    """With one outlier feature the result is still a tensor of one dimension."""
    threshold = draw.uniform(9.0, 14.0)
    X = activations(draw, draw.integer(5, 9), draw.integer(11, 17), threshold)
    place(draw, X, draw.integer(2, X.shape[1] - 1), 1.2 * threshold)
    judge(solution, expect, X, threshold)


def test_all(solution, draw, expect):
    """If every feature is an outlier, all are returned."""
    threshold = draw.uniform(9.0, 14.0)
    X = activations(draw, draw.integer(5, 9), draw.integer(11, 17), threshold)
    for feature in range(X.shape[1]):
        place(draw, X, feature, threshold * draw.uniform(1.2, 3.0))
    judge(solution, expect, X, threshold)


def test_shapes(solution, draw, expect):
    """One token, one feature, and views that are not contiguous are served."""
    threshold = draw.uniform(9.0, 14.0)
    lone = every_kind(draw, threshold, tokens=1)
    judge(solution, expect, lone, threshold)
    judge(solution, expect, lone.T.contiguous()[:1], threshold)
    judge(solution, expect, lone.T.contiguous(), threshold)
    X = every_kind(draw, threshold)
    judge(solution, expect, X.T.contiguous().T, threshold)
    judge(solution, expect, X[:, ::2], threshold)
