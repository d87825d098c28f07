"""The layer in plain loops, number by number; training alone uses tensors, or it would take minutes."""

import torch


def fake_quantize(W, scale, low, high):
    W_hat = torch.zeros_like(W)
    for o, row in enumerate(W.tolist()):
        step = scale[o].item()
        for i, w in enumerate(row):
            W_hat[o, i] = min(max(round(w / step), low), high) * step
    return W_hat


def quantized_linear(X, W, scale, low, high):
    rows = fake_quantize(W, scale, low, high).tolist()
    return torch.tensor(
        [[sum(a * b for a, b in zip(x, row, strict=True)) for row in rows] for x in X.tolist()]
    )


def linear_gradients(X, W, scale, low, high, upstream):
    (examples, inputs), outputs = X.shape, len(W)
    W_hat, X, G = fake_quantize(W, scale, low, high).tolist(), X.tolist(), upstream.tolist()
    u = (W / scale).tolist()
    grad_X = [
        [sum(G[n][o] * W_hat[o][i] for o in range(outputs)) for i in range(inputs)] for n in range(examples)
    ]
    grad_W = torch.zeros(outputs, inputs)
    for o in range(outputs):
        for i in range(inputs):
            if low <= u[o][i] <= high:
                grad_W[o, i] = sum(G[n][o] * X[n][i] for n in range(examples))
    return torch.tensor(grad_X), grad_W


def train(X, y, weights, scales, low, high):
    weights = [W.clone().requires_grad_() for W in weights]
    optimizer = torch.optim.Adam(weights, lr=0.01)
    for _ in range(300):
        A = X
        for number, (W, scale) in enumerate(zip(weights, scales, strict=True)):
            A = (A if number == 0 else A.relu()) @ straight_through(W, scale, low, high).T
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(A, y).backward()
        optimizer.step()
    return [W.detach() for W in weights]


def straight_through(W, scale, low, high):
    u = (W / scale).clamp(low, high)
    return (u + (u.round() - u).detach()) * scale
