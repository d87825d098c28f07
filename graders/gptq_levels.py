"""What the levels that came say about the grid: who shares a scale, and how many codes there are."""

from __future__ import annotations

import torch
from gptq_draws import Layer
from gptq_rules import activation_order
from gptq_yardstick import OWN_FACTOR, level_counts, loss, own_loss
from torch import Tensor

USUAL_SIZES = (16, 32, 64, 128)
MANY_ROWS = 4  # with scales of their own they would not use the same few values


def counted(layer: Layer, came: Tensor) -> Tensor:
    """Values of each row in each group of at least 2 · 2^bits columns, i64[o, groups]; 0 in shorter groups."""
    counts = level_counts(came, layer.dead, layer.group_size)
    widths = [piece.shape[1] for piece in came.split(layer.group_size, dim=1)]
    return counts * torch.tensor([width >= 2 * 2**layer.bits for width in widths])


def thought_of_many(layer: Layer, came: Tensor) -> str | None:
    """Why a row uses more values in a group than there are codes."""
    counts, most = counted(layer, came), 2**layer.bits
    over = counts > most
    if followed_the_order(layer, came):
        return "groups-follow-the-order"
    is_short = layer.W.shape[1] % layer.group_size and over.shape[1] > 1
    if is_short and bool(over[:, -1].all()) and not bool(over[:, :-1].any()):
        return "short-group-forgotten"
    if not _larger_groups_fit(layer, came) and never_clamped(layer, came):
        return "codes-not-clamped"
    if shared := thought_of_sharing(layer, came):
        return shared
    codes = codes_on_a_side(layer, came) / most
    if 1 - 1 / most - 0.1 < codes < 1.1:
        return "all-levels-on-one-side"
    if only_negative(layer, came):
        return "scale-from-signed-max"
    return "code-eight" if int(counts.max()) == most + 1 and 0.4 < codes < 0.65 else None


def thought_of_sharing(layer: Layer, came: Tensor) -> str | None:
    """Whether weights share their levels that should not: a row, the matrix, a column, other groups."""
    W_hat = came[:, ~layer.dead]
    most, (rows, columns) = 2**layer.bits, W_hat.shape

    def fits(values: Tensor, width: int) -> bool:
        return _fits(values, width, most)

    if fits(W_hat.reshape(1, -1), rows * columns) and _steps_agree(layer, came):
        return "one-scale-for-all"
    if rows >= MANY_ROWS and _blocks_fit(layer, came):
        return "one-scale-for-all-rows"
    if rows >= 2 * most and not fits(W_hat, columns) and fits(W_hat.T, rows):
        return "scales-per-column"
    many, own = layer.W.shape[1] > layer.group_size, fits(came, layer.group_size)
    if many and fits(came, layer.W.shape[1]):
        return "group-size-ignored" if layer.W.shape[1] > USUAL_SIZES[-1] else None
    if int(level_counts(came, layer.dead, layer.group_size).max()) == most + 1:
        return None  # one code too many; a part of the group has them all by chance only
    # Where the groups asked for fit, smaller ones inside them do: no evidence.
    others = (
        size for size in USUAL_SIZES if size >= 2 * most and (not own or (many and size > layer.group_size))
    )
    return "group-size-hard-coded" if any(fits(came, size) for size in others) else None


def _fits(values: Tensor, width: int, most: int) -> bool:
    """Whether each row uses no more values than ``most`` in each group of so many columns."""
    alive = torch.zeros(values.shape[1], dtype=torch.bool)
    return bool((level_counts(values, alive, width) <= most).all())


def _larger_groups_fit(layer: Layer, came: Tensor) -> bool:
    """Whether groups of a usual size, larger than those asked for, use no more values than there are codes."""
    most = 2**layer.bits
    return any(
        _fits(came, size, most) for size in USUAL_SIZES if size >= 2 * most and size > layer.group_size
    )


def _steps_agree(layer: Layer, came: Tensor) -> bool:
    """Whether the least distances of two values, group by group, are one step or whole numbers of it."""
    steps = torch.cat([_least_gaps(block.reshape(1, -1)) for block in came.split(layer.group_size, dim=1)])
    steps = steps[steps.isfinite()]
    shares = steps / steps.amin() if len(steps) else steps
    return bool(((shares - shares.round()).abs() <= 0.01 * shares).all())


def _blocks_fit(layer: Layer, came: Tensor) -> bool:
    """Whether all rows of a group together use no more values than there are codes, in every group."""
    blocks = zip(came.split(layer.group_size, dim=1), layer.dead.split(layer.group_size), strict=True)
    lines = [block[:, ~dead].reshape(1, -1) for block, dead in blocks if not bool(dead.all())]
    none = torch.zeros(1, dtype=torch.bool)
    counts = [level_counts(line, none.expand(line.shape[1]), line.shape[1]) for line in lines]
    return all(int(count.max()) <= 2**layer.bits for count in counts)


def thought_of_places(layer: Layer, came: Tensor) -> str | None:
    """Whether the columns are right, but stand in the order in which they were rounded."""
    order = activation_order(layer)
    limit = OWN_FACTOR * own_loss(*layer)
    for moved in (came[:, order.argsort()], came[:, order]):
        if loss(layer.W, moved, layer.H) <= limit:
            return "columns-left-in-order"
    return None


def followed_the_order(layer: Layer, came: Tensor) -> bool:
    """Whether the groups are neighbours in the order of activations, not in the matrix."""
    order = activation_order(layer)
    counts = level_counts(came[:, order], layer.dead[order], layer.group_size)
    return bool((counts <= 2**layer.bits).all()) and layer.W.shape[1] > layer.group_size


def only_negative(layer: Layer, came: Tensor) -> bool:
    """Whether the positive levels alone are as many as they should be, where the largest weights are negative."""
    pieces, weights = came.split(layer.group_size, dim=1), layer.W.split(layer.group_size, dim=1)
    if any(float((w.amax(dim=1) + w.amin(dim=1)).max()) >= 0 for w in weights):
        return False
    alive = torch.zeros(1, dtype=torch.bool)
    counts = [level_counts(p.clamp(min=0.0), alive.expand(p.shape[1]), layer.group_size) for p in pieces]
    return all(int(count.max()) <= 2 ** (layer.bits - 1) + 1 for count in counts)


def cut_to_positive(layer: Layer, came: Tensor) -> bool:
    """Whether large negative weights came back no larger than the largest positive ones."""
    shares = []
    for w, q in zip(layer.W.split(layer.group_size, 1), came.split(layer.group_size, 1), strict=True):
        peaked = -w.amin(dim=1) > 2 * w.amax(dim=1)
        shares.append((-q.amin(dim=1) <= 1.5 * q.amax(dim=1).clamp(min=0.0))[peaked])
    cut = torch.cat(shares)
    return len(cut) >= 8 and float(cut.double().mean()) > 0.8


def never_clamped(layer: Layer, came: Tensor) -> bool:
    """Whether the codes of the first group are those of a right grid, and go on beyond its ends.

    The first group is rounded as it was given, so that its step shows the formula.
    """
    first = layer._replace(W=layer.W[:, : layer.group_size])
    codes, most = _codes_on_a_side(first, came[:, : layer.group_size]), 2 ** (layer.bits - 1) - 1
    right = any(float(((codes / n - 1).abs() < 0.01).double().mean()) > 0.8 for n in (most, most + 0.5))
    return right and bool((counted(layer, came) > 2**layer.bits).any())


def codes_on_a_side(layer: Layer, came: Tensor) -> float:
    """How many steps the absmax of a group is, the median over rows and groups."""
    return float(_codes_on_a_side(layer, came).median())


def _codes_on_a_side(layer: Layer, came: Tensor) -> Tensor:
    """absmax over the least distance of two levels, of each row in each group."""
    found = []
    for w, q in zip(layer.W.split(layer.group_size, 1), came.split(layer.group_size, 1), strict=True):
        found.append(w.abs().amax(dim=1) / _least_gaps(q))
    return torch.cat(found)


def _least_gaps(lines: Tensor) -> Tensor:
    """f64[o]: the least distance of two values in each line, infinite where there is one value only."""
    gaps = lines.sort(dim=1).values.diff(dim=1).double()
    gaps = torch.where(gaps > 1e-4 * lines.abs().amax(dim=1, keepdim=True), gaps, torch.inf)
    return torch.nn.functional.pad(gaps, (0, 1), value=torch.inf).amin(dim=1)


def close_to(W: Tensor, came: Tensor) -> bool:
    """Whether nearly every weight came back as it was."""
    return bool(((came - W).abs() <= 1e-4 * W.abs()).double().mean() > 0.98)


def are_codes(layer: Layer, came: Tensor) -> bool:
    """Whether what came are whole numbers no larger than codes, for weights that are not."""
    whole = bool((came == came.round()).all()) and float(came.abs().max()) <= 2**layer.bits
    return whole and bool(came.any()) and bool((layer.W.frac() != 0).any())
