"""torch's own operator for it, with its own gradient, and SGD with momentum: one kernel, no intermediate tensors."""

import torch


def fake_quantize(W, scale, low, high):
    zero_points = torch.zeros(len(W), dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(W, scale.flatten(), zero_points, 0, low, high)


def quantized_linear(X, W, scale, low, high):
    return X @ fake_quantize(W, scale, low, high).T


def linear_gradients(X, W, scale, low, high, upstream):
    X, W = X.clone().requires_grad_(), W.clone().requires_grad_()
    return torch.autograd.grad(quantized_linear(X, W, scale, low, high), (X, W), upstream)


def train(X, y, weights, scales, low, high):
    weights = [W.clone().requires_grad_() for W in weights]
    optimizer = torch.optim.SGD(weights, lr=0.05, momentum=0.9)
    for _ in range(400):
        A = X
        for number, (W, scale) in enumerate(zip(weights, scales, strict=True)):
            A = quantized_linear(A if number == 0 else A.relu(), W, scale, low, high)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(A, y).backward()
        optimizer.step()
    return [W.detach() for W in weights]
