"""How many values a matrix takes in each row and group, and the matrix with those values alone.

Numbers computed in float32, float16 or bfloat16 scatter around the value they stand for. So values that lie
within 1 % of each other, or within a millionth of the largest, are counted as one; and whatever is judged
beside the count is judged on the *snapped* matrix, in which each number is the mean of those it was counted
with. Precision that hides within the tolerance is lost there.
"""

from __future__ import annotations

import torch
from torch import Tensor

RELATIVE = 1e-2
ABSOLUTE = 1e-6  # of the largest magnitude of the row and group


def snapped(V: Tensor, group_size: int, least: int = 0) -> tuple[int, Tensor]:
    """The largest number of values in a row of a group, and ``V`` with those values alone.

    Args:
        V: f64[r, c], finite.
        group_size: columns in a group; the last may be shorter.
        least: groups with fewer columns are not counted, and left as they are.

    Returns:
        (count, f64[r, c]). The count is 0 where no group has enough columns.
    """
    counts, parts = [0], []
    for group in V.split(group_size, dim=1):
        if group.shape[1] < least:
            parts.append(group)
            continue
        count, levels = _snapped_rows(group)
        counts.append(count)
        parts.append(levels)
    return max(counts), torch.cat(parts, dim=1)


def _snapped_rows(V: Tensor) -> tuple[int, Tensor]:
    """The same for rows of one group: as few intervals as cover the values of each row, from below."""
    ordered, places = V.sort(dim=1)
    slack = ABSOLUTE * V.abs().amax(dim=1)
    numbers = torch.zeros_like(places)
    start, number = ordered[:, 0], numbers[:, 0]
    for column in range(1, V.shape[1]):
        value = ordered[:, column]
        beyond = value - start > RELATIVE * torch.maximum(value.abs(), start.abs()) + slack
        start = torch.where(beyond, value, start)
        number = number + beyond
        numbers[:, column] = number
    count = int(number.max()) + 1
    sums = V.new_zeros(len(V), count).scatter_add_(1, numbers, ordered)
    sizes = V.new_zeros(len(V), count).scatter_add_(1, numbers, torch.ones_like(ordered))
    means = (sums / sizes.clamp(min=1)).gather(1, numbers)
    return count, torch.empty_like(V).scatter_(1, places, means)
