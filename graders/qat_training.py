"""Why trained weights did not help: what can be told from them alone."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from qat_networks import Task, logits_of, rounded
from qat_suspects import own_scales
from torch import Tensor
from torch.nn import functional

FEW, FEW_ON_GRID = 0.02, 0.05  # of the codes; training that works moves a tenth and more
ALONG = 0.1  # cosine with the judge's own way uphill, on average over layers; chance gives far less
CLIMB, CLIMB_RATE = 20, 0.05
WELL = 0.75  # of the accuracy lost


def thought_of_training(task: Task, came: Sequence[Tensor]) -> str | None:
    """The misconception behind weights that recover too little, f32[o, i] each."""
    same = [torch.equal(W, given) for W, given in zip(came, task.weights, strict=True)]
    if all(same):
        return "nothing-learned"
    if _whole(came, task):
        return "codes-not-scaled-back"
    before, after = task.rounded(task.weights), task.rounded(came)
    pairs = zip(before, after, task.scales, strict=True)
    changed = sum(_moved(*pair) for pair in pairs) / sum(W.numel() for W in came)
    on_grid = all(torch.allclose(W, W_hat, atol=1e-6) for W, W_hat in zip(came, after, strict=True))
    if on_grid and changed < FEW_ON_GRID:
        return "latent-weights-rounded"
    if changed < FEW:
        return "too-little-training"
    if not on_grid and _good_elsewhere(task, came):  # training has seen the grid that its weights lie on
        return "trained-without-this-rounding"
    if _good_without_relu(task, came):
        return "relu-left-out"
    return "sign-of-the-step" if _uphill(task, came) else None


def _good_without_relu(task: Task, came: Sequence[Tensor]) -> bool:
    """Whether the weights, rounded, make a network without relu that training must have found."""
    seen, rounded = task.seen, task.rounded(came)
    loss = _loss_without_relu(task, rounded)
    if loss > 0.25 * _loss_without_relu(task, task.weights):
        return False
    told_right = float((_without_relu(seen.X, rounded).argmax(dim=1) == seen.y).double().mean())
    ahead = told_right - seen.accuracy(rounded)
    by_loss = loss < 0.5 * seen.loss(rounded)
    # Straight lines tell 0.5 to 0.7 of the points right, chance 0.25.
    return (
        (by_loss and told_right > 0.35)
        or (ahead > 0.15 and told_right > 0.5)
        or (ahead > 0 and told_right > 0.6)
    )


def _loss_without_relu(task: Task, weights: Sequence[Tensor]) -> float:
    return float(functional.cross_entropy(_without_relu(task.seen.X, weights), task.seen.y))


def _without_relu(X: Tensor, weights: Sequence[Tensor]) -> Tensor:
    for W in weights:
        X = X @ W.T
    return X


def _uphill(task: Task, came: Sequence[Tensor]) -> bool:
    """Whether the loss has grown, with relu and without, and the weights went the gradient's way, not against it."""
    start, end = task.rounded(task.weights), task.rounded(came)
    if task.seen.loss(end) < 2 * task.seen.loss(start):
        return False
    if _loss_without_relu(task, end) < _loss_without_relu(task, start):
        return False
    ways = zip(came, _climbed(task), task.weights, strict=True)
    agreed = [
        functional.cosine_similarity((W - given).flatten(), (up - given).flatten(), dim=0)
        for W, up, given in ways
    ]
    return float(sum(agreed)) > ALONG * len(agreed)


def _climbed(task: Task) -> Sequence[Tensor]:
    """Where a few steps along the gradient lead."""
    weights: Sequence[Tensor] = task.weights
    for _ in range(CLIMB):
        rounded = [W.requires_grad_() for W in task.rounded(weights)]
        loss = functional.cross_entropy(logits_of(task.seen.X, rounded), task.seen.y)
        gradients = torch.autograd.grad(loss, rounded)
        weights = [W + CLIMB_RATE * G for W, G in zip(weights, gradients, strict=True)]
    return weights


def _whole(came: Sequence[Tensor], task: Task) -> bool:
    """Whether the weights are codes."""
    return all(torch.equal(W, W.round().clamp(task.low, task.high)) for W in came)


def _moved(before: Tensor, after: Tensor, scale: Tensor) -> int:
    return int(((after - before).abs() > scale / 2).sum())


def _good_elsewhere(task: Task, came: Sequence[Tensor]) -> bool:
    """Whether the network is a good one in float, in 8 bits, or with scales of its own."""
    own = [list(own_scales(W, task.low, task.high)) for W in came]
    others = [rounded(came, scales, task.low, task.high) for scales in zip(*own, strict=True)]
    lost = task.float_accuracy - task.rounded_accuracy
    best = max(task.fresh.accuracy(weights) for weights in [came, *others])
    return best - task.rounded_accuracy >= WELL * lost
