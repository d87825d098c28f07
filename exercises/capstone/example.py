"""Public examples of capstone: run with `tutor try capstone`."""

import torch
from solution import dequantize_linear, pick_bits, quantize_linear

torch.manual_seed(0)
layers = [
    {"name": "body", "outputs": 48, "inputs": 128, "head": False},
    {"name": "lm_head", "outputs": 96, "inputs": 128, "head": True},
]
budget = 48 * 128 * 9 // 16 + 96 * 128 * 17 // 16  # 4.5 bits a weight for the body, 8.5 for the head
bits = pick_bits(layers, budget)
print("bits", bits)


def size(payload) -> int:
    if isinstance(payload, torch.Tensor):
        return payload.numel() * payload.element_size()
    if isinstance(payload, dict):
        return sum(map(size, payload.values()))
    return sum(map(size, payload)) if isinstance(payload, (list, tuple)) else 8


total = 0
for layer, chosen in zip(layers, bits, strict=True):
    W = 0.05 * torch.randn(layer["outputs"], layer["inputs"])
    X = torch.randn(512, layer["inputs"]) * torch.logspace(-1, 1, layer["inputs"])
    stats = {
        "name": layer["name"],
        "bits": chosen,
        "absmax": X.abs().amax(dim=0),
        "mean_square": X.square().mean(dim=0),
        "H": 2 * X.T @ X,
    }
    payload = quantize_linear(W.clone(), stats)
    W_hat = dequantize_linear(payload)
    error = (X @ (W - W_hat).T).norm() / (X @ W.T).norm()
    total += size(payload)
    print(
        f"{layer['name']:<8} {8 * size(payload) / W.numel():.2f} bits a weight, error of the outputs {error:.4f}"
    )
print(f"{total:,} of {budget:,} bytes")
