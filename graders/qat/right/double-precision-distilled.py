"""In float64, taught by the float network's answers and not by labels: needs no labelled data, as LLM-QAT does."""

import torch


def fake_quantize(W, scale, low, high):
    return _rounded(W.double(), scale.double(), low, high).float()


def _rounded(W, scale, low, high):
    u = W / scale
    inside = ((u >= low) & (u <= high)).to(W.dtype)
    passed = (u * inside).detach() * 0 + u * inside
    return (u.round().clamp(low, high).detach() + passed - passed.detach()) * scale


def quantized_linear(X, W, scale, low, high):
    return (X.double() @ _rounded(W.double(), scale.double(), low, high).T).float()


def linear_gradients(X, W, scale, low, high, upstream):
    X, W = X.clone().requires_grad_(), W.clone().requires_grad_()
    return torch.autograd.grad(quantized_linear(X, W, scale, low, high), (X, W), upstream)


def train(X, y, weights, scales, low, high):
    def logits(matrices):
        A = X.double()
        for W in matrices[:-1]:
            A = (A @ W.T).relu()
        return A @ matrices[-1].T

    # The labels are not used: the network before rounding is the teacher.
    taught = logits([W.double() for W in weights]).softmax(dim=1)
    latent = [W.double().requires_grad_() for W in weights]
    optimizer = torch.optim.Adam(latent, lr=0.01)
    for _ in range(300):
        seen = logits([_rounded(W, s.double(), low, high) for W, s in zip(latent, scales, strict=True)])
        loss = -(taught * seen.log_softmax(dim=1)).sum(dim=1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [W.detach() for W in latent]
