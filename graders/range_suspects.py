"""What wrong ideas find for a range of calibration batches, and which of them explains what came.

One range agrees with some wrong idea by chance. So an idea is named only if it explains what came for
every input of a check, and no other idea does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
from calibration_ranges import Batches, all_values, best_range, error, levels
from torch import Tensor

MOMENTA = (0.01, 0.1, 0.5, 0.9, 0.99)
PERCENTS = (90.0, 95.0, 99.0, 99.9, 99.99, 99.999)
FLOORS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.9)  # of the absmax: from where on ranges are searched
DEVIATIONS = (2.0, 2.5, 2.55, 3.0, 3.5, 4.0, 5.0, 6.0)

Idea = tuple[str, float]
Agreeing = Iterable[str]


def the_one(explanations: Iterable[Agreeing]) -> str | None:
    """The idea that agrees with what came for every input, if it is one. ``id--variant`` is a variant of ``id``."""
    common = set.intersection(*map(set, explanations))
    found = {label.partition("--")[0] for label in common}
    return found.pop() if len(found) == 1 else None


def agreeing_absmax(given: Batches, came: float) -> set[str]:
    """The ideas that agree with a min-max range."""
    values = all_values(given)
    ideas = [*_of_every_method(given, lambda X: float(X.abs().max()))]
    ends = float(values.max()), float(values.min())
    ideas += [("scale-from-signed-max", ends[0]), ("scale-from-signed-max--low", ends[1])]
    ideas += [("scale-from-signed-max--other", -ends[1])]
    ideas += [(f"scale-from-the-range--{part}", (ends[0] - ends[1]) / part) for part in (1, 2)]
    ideas += [(f"range-from-deviation--{count}", count * float(values.std())) for count in DEVIATIONS]
    return {label for label, clip in ideas if _close(came, clip, 1e-3)}


def agreeing_percentile(given: Batches, percent: float, came: float) -> set[str]:
    """The ideas that agree with a percentile range."""
    values = all_values(given)
    magnitudes, absmax = values.abs(), float(values.abs().max())
    ideas = [*_of_every_method(given, lambda X: _percentile(X.double().abs().flatten(), percent))]
    upper, lower = _percentile(values, percent), _percentile(values, 100 - percent)
    outer = [abs(_percentile(values, 50 + half)) for half in (percent / 2, -percent / 2)]
    signed = (upper, abs(lower), max(upper, abs(lower)), (upper - lower) / 2, *outer, max(outer))
    ideas += [(f"percentile-of-signed-values--{n}", clip) for n, clip in enumerate(signed)]
    ideas.append(("percent-taken-as-fraction", _percentile(magnitudes, percent / 100)))
    ideas.append(("share-of-the-absmax", absmax * percent / 100))
    ideas += [(f"percentile-hard-coded--{p}", _percentile(magnitudes, p)) for p in PERCENTS]
    for dim in (0, 1):
        maxima = torch.cat([X.double().abs().amax(dim=dim) for X in given])
        ideas.append((f"percentile-of-maxima--{dim}", _percentile(maxima, percent)))
    of_batches = torch.stack([X.double().abs().max() for X in given])
    ideas.append(("percentile-of-maxima--batches", _percentile(of_batches, percent)))
    ideas.append(("nothing-is-clipped", absmax))
    return {label for label, clip in ideas if _close(came, clip, 5e-3)}


def agreeing_mse(given: Batches, bits: int, came: float) -> set[str]:
    """The ideas that agree with a range found by error, which a search finds only roughly."""
    values = all_values(given)
    absmax, best = float(values.abs().max()), best_range(values, bits)
    ideas = [*_of_every_method(given, lambda X: best_range(X.flatten().double(), bits), coarse=True)]
    found = {label for label, clip in ideas if abs(came - clip) <= 0.012 * clip + 0.01 * absmax}
    for other in (4, 8):
        if _close(came, best_range(values, other), 0.012):
            found.add(f"bits-ignored--{other}")
    for count in DEVIATIONS:
        if _close(came, count * float(values.std()), 1e-3):
            found.add(f"range-from-deviation--{count}")
    if _close(came, absmax, 5e-3):
        found.add("nothing-is-clipped")
    if error(values, came * levels(bits), bits) <= 1.05 * error(values, best, bits):
        found.add("scale-instead-of-range")
    if error(values, came, bits, 1.0) <= 1.01 * error(values, best_range(values, bits, 1.0), bits, 1.0):
        found.add("error-not-squared")
    if abs(came - least_of_means(given, bits)) <= 0.015 * absmax:
        found.add("batches-weighed-alike")
    good = error(values, came, bits) <= 1.05 * error(values, best, bits)
    for floor in FLOORS:
        at_floor = _close(came, floor * absmax, 0.012) and came > 1.1 * best
        if at_floor or (good and came > 0.98 * floor * absmax):
            found.add(f"small-ranges-not-tried--{floor}")
    if came < 0.15 * best:
        found.add("clipping-error-left-out")
    return found


def least_of_means(given: Batches, bits: int) -> float:
    """The range with the least mean of the batches' mean squared errors, as if all were of one length."""
    absmax = float(all_values(given).abs().max())

    def mean_of_means(clip: float) -> float:
        return sum(error(X.flatten().double(), clip, bits) ** 2 / X.numel() for X in given)

    return min((absmax * k / 100 for k in range(1, 101)), key=mean_of_means)


def thought_of_no_number(given: Batches, came: object) -> str | None:
    """The misconception behind a result that is not one number."""
    count = came.numel() if isinstance(came, Tensor) else len(came) if isinstance(came, (tuple, list)) else 1
    if isinstance(came, (float, Tensor)) and count == 1:
        return None if bool(torch.as_tensor(came).isfinite().all()) else "zero-range-becomes-nan"
    if count == len(given):
        return "batches-calibrated-apart"
    if count == given[0].shape[1]:
        return "range-for-each-feature"
    return "both-ends-returned" if count == 2 else None


def _of_every_method(
    given: Batches, method: Callable[[Tensor], float], *, coarse: bool = False
) -> Iterator[Idea]:
    """Ideas of what to do with several batches, and of what a range is."""
    apart = torch.tensor([method(X) for X in given], dtype=torch.float64)
    weights = torch.tensor([float(X.numel()) for X in given], dtype=torch.float64)
    yield "one-batch-only--first", float(apart[0])
    yield "one-batch-only--last", float(apart[-1])
    combined = {"mean": apart.mean(), "weighted": (apart * weights).sum() / weights.sum()}
    combined |= {"median": apart.median(), "least": apart.min(), "largest": apart.max(), "sum": apart.sum()}
    for name, clip in combined.items():
        yield f"batches-calibrated-apart--{name}", float(clip)
    for momentum in MOMENTA[1:-1] if coarse else MOMENTA:  # the outer ones are nearly one batch alone
        yield f"batches-calibrated-apart--{momentum}", _moving(apart, momentum)
    whole = method(torch.cat([X.flatten() for X in given]))
    for steps in (7, 8, 15, 127, 127.5, 128, 255) if not coarse else ():
        yield f"scale-instead-of-range--{steps}", whole / steps


def _moving(apart: Tensor, momentum: float) -> float:
    average = float(apart[0])
    for clip in apart[1:].tolist():
        average = momentum * average + (1 - momentum) * clip
    return average


def _percentile(values: Tensor, percent: float) -> float:
    return float(torch.quantile(values.double(), percent / 100))


def _close(came: float, clip: float, tolerance: float) -> bool:
    return abs(came - clip) <= tolerance * abs(clip)
