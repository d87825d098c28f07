import torch


def fake_quantize(W, scale, low, high):
    return ((W / scale).round().clamp(low, high) * scale).detach()


def quantized_linear(X, W, scale, low, high):
    return X @ fake_quantize(W, scale, low, high).T


def linear_gradients(X, W, scale, low, high, upstream):
    X, W = X.clone().requires_grad_(), W.clone().requires_grad_()
    output = quantized_linear(X, W, scale, low, high)
    return torch.autograd.grad(output, (X, W), upstream, allow_unused=True)


def train(X, y, weights, scales, low, high):
    return weights
