"""In numpy and float64, halves rounded up, Adam written out: independent of torch, and nothing is recorded."""

import numpy as np


def fake_quantize(W, scale, low, high):
    return _rounded(W.numpy(), scale.numpy(), low, high).astype(np.float32)


def _rounded(W, scale, low, high):
    return np.clip(np.floor(W / scale + 0.5), low, high) * scale


def quantized_linear(X, W, scale, low, high):
    return (X.numpy() @ _rounded(W.numpy(), scale.numpy(), low, high).T).astype(np.float32)


def linear_gradients(X, W, scale, low, high, upstream):
    X, W, scale, G = (M.numpy() for M in (X, W, scale, upstream))
    grad_X, grad_W = _gradients(X, W, scale, low, high, G)
    return grad_X.astype(np.float32), grad_W.astype(np.float32)


def _gradients(X, W, scale, low, high, G):
    u = W / scale
    return G @ _rounded(W, scale, low, high), (G.T @ X) * ((low <= u) & (u <= high))


def train(X, y, weights, scales, low, high):
    X, y = X.numpy().astype(np.float64), y.numpy()
    weights = [W.numpy().astype(np.float64) for W in weights]
    scales = [scale.numpy().astype(np.float64) for scale in scales]
    means = [np.zeros_like(W) for W in weights]
    squares = [np.zeros_like(W) for W in weights]
    for step in range(1, 301):
        inputs = [X]
        for number, (W, scale) in enumerate(zip(weights, scales, strict=True)):
            Z = inputs[-1] @ _rounded(W, scale, low, high).T
            inputs.append(Z if number == len(weights) - 1 else np.maximum(Z, 0))
        logits = inputs.pop()
        G = np.exp(logits - logits.max(axis=1, keepdims=True))
        G /= G.sum(axis=1, keepdims=True)
        G[np.arange(len(y)), y] -= 1
        G /= len(y)
        for k in reversed(range(len(weights))):
            below, gradient = _gradients(inputs[k], weights[k], scales[k], low, high, G)
            means[k] = 0.9 * means[k] + 0.1 * gradient
            squares[k] = 0.999 * squares[k] + 0.001 * gradient**2
            size = np.sqrt(squares[k] / (1 - 0.999**step)) + 1e-8
            weights[k] = weights[k] - 0.01 * means[k] / (1 - 0.9**step) / size
            G = below * (inputs[k] > 0)
    return weights
