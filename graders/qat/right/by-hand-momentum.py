"""No autograd: backpropagation by hand with linear_gradients, and SGD with momentum. More lines, nothing hidden."""

import torch


def fake_quantize(W, scale, low, high):
    return torch.clamp(torch.round(W / scale), low, high) * scale


def quantized_linear(X, W, scale, low, high):
    return X @ fake_quantize(W, scale, low, high).T


def linear_gradients(X, W, scale, low, high, upstream):
    u = W / scale
    inside = (u >= low) & (u <= high)
    return upstream @ fake_quantize(W, scale, low, high), (upstream.T @ X) * inside


def train(X, y, weights, scales, low, high):
    weights = [W.clone() for W in weights]
    speeds = [torch.zeros_like(W) for W in weights]
    targets = torch.nn.functional.one_hot(y, len(weights[-1])).float()
    for _ in range(600):
        inputs = [X]
        for number, (W, scale) in enumerate(zip(weights, scales, strict=True)):
            Z = quantized_linear(inputs[-1], W, scale, low, high)
            inputs.append(Z if number == len(weights) - 1 else Z.clamp(min=0))
        G = (inputs.pop().softmax(dim=1) - targets) / len(X)
        for number in reversed(range(len(weights))):
            A = inputs[number]
            below, gradient = linear_gradients(A, weights[number], scales[number], low, high, G)
            speeds[number] = 0.9 * speeds[number] + gradient
            weights[number] = weights[number] - 0.05 * speeds[number]
            G = below * (A > 0)
    return weights
