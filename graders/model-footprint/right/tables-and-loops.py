"""A table of tensors, walked over: longer, and each tensor of the model can be read off it."""

import math

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


def tensors(shape):
    """(part, sizes) of every tensor that takes memory; the first size of a linear weight is its outputs."""
    n = shape["n_embd"]
    inner = 4 * n if shape["n_inner"] is None else shape["n_inner"]
    yield "embeddings", (shape["vocab_size"], n)
    yield "embeddings", (shape["n_positions"], n)
    for _ in range(shape["n_layer"]):
        for outputs, inputs in ((3 * n, n), (n, n), (inner, n), (n, inner)):
            yield "linear", (outputs, inputs)
            yield "biases", (outputs,)
        for _ in range(4):
            yield "norms", (n,)
    yield "norms", (2, n)
    if not shape["tie_word_embeddings"]:
        yield "head", (shape["vocab_size"], n)


def account(shape, dtype, int8):
    size = {"float32": 4, "float16": 2, "bfloat16": 2}[dtype]
    found = dict.fromkeys(("linear", "biases", "norms", "embeddings", "head", "footprint", "scales"), 0)
    for part, sizes in tensors(shape):
        coded = int8 and part == "linear"
        taken = math.prod(sizes) * (1 if coded else size)
        found[part] += taken
        found["footprint"] += taken
        found["scales"] += 4 * sizes[0] if coded else 0
    return found


def above_half(shape, dtype):
    eight, sixteen = account(shape, dtype, True), account(shape, "bfloat16", False)
    return {part: eight[part] - sixteen[part] / 2 for part in eight}
