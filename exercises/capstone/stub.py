"""capstone: your own quantizer on a real language model, within a budget of bytes."""

import torch


def pick_bits(layers: list[dict], budget_bytes: int) -> list[int]:
    """Chooses how many bits each layer gets.

    Args:
        layers: one dict a layer, in the order in which a token meets them: "name" (str), "outputs" and
            "inputs" (int), "head" (bool, the last one).
        budget_bytes: what the payloads of all layers may take together, scales and all.

    Returns:
        A whole number from 1 to 16 for each layer. What it means is up to your quantize_linear.
    """
    raise NotImplementedError("pick_bits is not written yet")


def quantize_linear(W: torch.Tensor, X_stats: dict) -> dict:
    """Quantizes the weights of one linear layer.

    Args:
        W: float32 [o, i], one row for each output.
        X_stats: what is known of the layer's inputs X [tokens, i] on the calibration text, and your choice:
            "name" (str), "bits" (int, yours), "absmax" and "mean_square" (float32 [i], of each input),
            "H" (float32 [i, i], 2 Xᵀ X; it may be singular).

    Returns:
        The payload: tensors, numbers, strings, and tuples, lists or dicts of them. Its bytes count.
    """
    raise NotImplementedError("quantize_linear is not written yet")


def dequantize_linear(payload: dict) -> torch.Tensor:
    """Makes weights of a payload again, in another process.

    Returns:
        float32 [o, i], finite.
    """
    raise NotImplementedError("dequantize_linear is not written yet")
