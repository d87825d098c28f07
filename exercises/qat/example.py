"""Public examples of qat: run with `tutor try qat`."""

import math

import torch
from solution import fake_quantize, linear_gradients, quantized_linear, train

X = torch.tensor([[1.0, 2.0, -1.0, 0.5]])
W = torch.tensor([[0.9, -0.26, 2.4, -1.3], [0.02, 0.11, -0.3, 0.07]])
scale = torch.tensor([[0.5], [0.05]])
upstream = torch.tensor([[2.0, -1.0]])


def shown(M):
    return [[round(float(m), 3) + 0.0 for m in row] for row in M]


print("rounded", shown(fake_quantize(W, scale, -4, 3)))  # [[1.0, -0.5, 1.5, -1.5], [0.0, 0.1, -0.2, 0.05]]
print("output ", shown(quantized_linear(X, W, scale, -4, 3)))  # [[-2.25, 0.425]]
grad_X, grad_W = linear_gradients(X, W, scale, -4, 3, upstream)
print("grad_X ", shown(grad_X))  # [[2.0, -1.1, 3.2, -3.05]]
print("grad_W ", shown(grad_W))  # [[2.0, 4.0, 0.0, 1.0], [-1.0, -2.0, 0.0, -0.5]]

# A spiral with two arms, and a network trained on it without rounding.
generator = torch.Generator().manual_seed(0)
y = torch.randint(0, 2, (512,), generator=generator)
radius = 0.2 + 0.8 * torch.rand(512, generator=generator)
angle = math.pi * y + 4 * radius + 0.1 * torch.randn(512, generator=generator)
X = torch.stack([2 * radius * angle.cos(), 2 * radius * angle.sin(), torch.ones(512)], dim=1)
sizes = ((16, 3), (16, 16), (2, 16))
weights = [torch.randn(o, i, generator=generator) * math.sqrt(2 / i) for o, i in sizes]


def logits(weights):
    A = X
    for W in weights[:-1]:
        A = torch.relu(A @ W.T)
    return A @ weights[-1].T


def accuracy(weights):
    return (logits(weights).argmax(dim=1) == y).float().mean()


for _ in range(600):
    weights = [W.detach().requires_grad_() for W in weights]
    torch.nn.functional.cross_entropy(logits(weights), y).backward()
    weights = [(W - 0.2 * W.grad).detach() for W in weights]

scales = [0.6 * W.abs().amax(dim=1, keepdim=True) / 3 for W in weights]
trained = train(X, y, weights, scales, -3, 3)


def rounded(weights):
    return [(W / scale).round().clamp(-3, 3) * scale for W, scale in zip(weights, scales, strict=True)]


print(f"float {accuracy(weights):.1%}, rounded to 3 bits {accuracy(rounded(weights)):.1%}")
print(f"after train, rounded to 3 bits {accuracy(rounded(trained)):.1%}")
