"""Keeps the graph, and gives the logits as a numpy array: memory for gradients that nobody takes."""

import numpy as np
import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig


def load_model(folder, dtype, int8):
    scheme = BitsAndBytesConfig(load_in_8bit=True) if int8 else None
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=getattr(torch, dtype), quantization_config=scheme
    )


def logits(model, tokens):
    return model(tokens.to(model.device))["logits"].float().detach().cpu().numpy()


def account(shape, dtype, int8):
    """Counted in numpy: one row for each linear layer of a block."""
    n = shape["n_embd"]
    inner = shape["n_inner"] or 4 * n
    size = torch.empty(0, dtype=getattr(torch, dtype)).element_size()
    layers = np.array([(n, 3 * n), (n, n), (n, inner), (inner, n)], dtype=np.int64)
    weights = shape["n_layer"] * layers.prod(axis=1).sum()
    outputs = shape["n_layer"] * layers[:, 1].sum()
    found = {
        "linear": weights if int8 else weights * size,
        "biases": outputs * size,
        "norms": 2 * n * (1 + 2 * shape["n_layer"]) * size,
        "embeddings": n * (shape["vocab_size"] + shape["n_positions"]) * size,
        "head": (not shape["tie_word_embeddings"]) * shape["vocab_size"] * n * size,
    }
    found["footprint"] = np.sum(list(found.values()))
    found["scales"] = np.float64(4 * outputs * int8)
    return found


def above_half(shape, dtype):
    eight, sixteen = account(shape, dtype, True), account(shape, "float16", False)
    above = {part: eight[part] - sixteen[part] // 2 for part in eight if part not in ("footprint", "scales")}
    return {**above, "scales": eight["scales"]}
