"""The embeddings are counted as codes, and get a scale for each row."""

import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig


def load_model(folder, dtype, int8):
    scheme = BitsAndBytesConfig(load_in_8bit=True) if int8 else None
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=getattr(torch, dtype), quantization_config=scheme
    )


@torch.no_grad()
def logits(model, tokens):
    return model(tokens.to(model.device)).logits


def account(shape, dtype, int8):
    n, size = shape["n_embd"], 4 if dtype == "float32" else 2
    inner = shape["n_inner"] or 4 * n
    blocks = shape["n_layer"]
    outputs = blocks * (3 * n + n + inner + n)
    parts = {
        "linear": blocks * (4 * n * n + 2 * n * inner) * (1 if int8 else size),
        "biases": outputs * size,
        "norms": (4 * blocks + 2) * n * size,
        "embeddings": (shape["vocab_size"] + shape["n_positions"]) * n * (1 if int8 else size),
        "head": 0 if shape["tie_word_embeddings"] else shape["vocab_size"] * n * size,
    }
    parts["footprint"] = sum(parts.values())
    rows = shape["vocab_size"] + shape["n_positions"]
    parts["scales"] = 4 * (outputs + rows) if int8 else 0
    return parts


def above_half(shape, dtype):
    eight, sixteen = account(shape, dtype, True), account(shape, "float16", False)
    above = {part: eight[part] - sixteen[part] // 2 for part in eight if part not in ("footprint", "scales")}
    return {**above, "scales": eight["scales"]}
