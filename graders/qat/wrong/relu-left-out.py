import torch


def fake_quantize(W, scale, low, high):
    u = (W / scale).clamp(low, high)
    return (u + (u.round() - u).detach()) * scale


def quantized_linear(X, W, scale, low, high):
    return X @ fake_quantize(W, scale, low, high).T


def linear_gradients(X, W, scale, low, high, upstream):
    X, W = X.clone().requires_grad_(), W.clone().requires_grad_()
    return torch.autograd.grad(quantized_linear(X, W, scale, low, high), (X, W), upstream)


def train(X, y, weights, scales, low, high):
    weights = [W.clone().requires_grad_() for W in weights]
    optimizer = torch.optim.Adam(weights, lr=0.001)
    for _ in range(300):
        A = X
        for W, scale in zip(weights, scales, strict=True):
            A = quantized_linear(A, W, scale, low, high)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(A, y).backward()
        optimizer.step()
    return [W.detach() for W in weights]
