"""The account is taken from a model on the meta device, all shapes and no memory: it needs transformers to count."""

import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, GPT2Config, GPT2LMHeadModel


def load_model(folder, dtype, int8):
    scheme = BitsAndBytesConfig(load_in_8bit=True) if int8 else None
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=getattr(torch, dtype), quantization_config=scheme
    )


@torch.no_grad()
def logits(model, tokens):
    return model(tokens.to(model.device)).logits


def account(shape, dtype, int8):
    with torch.device("meta"):
        model = GPT2LMHeadModel(GPT2Config(**shape, n_head=1, bos_token_id=0, eos_token_id=0))
    size = getattr(torch, dtype).itemsize
    found = {"linear": 0, "biases": 0, "norms": 0, "embeddings": 0, "head": 0}
    scales = 0
    for name, parameter in model.named_parameters():  # meets a tied head only once
        part = "biases" if name.endswith("bias") else "linear"
        if "ln_" in name:
            part = "norms"
        elif "wte" in name or "wpe" in name:
            part = "embeddings"
        elif "lm_head" in name:
            part = "head"
        coded = int8 and part == "linear"
        found[part] += parameter.numel() * (1 if coded else size)
        scales += 4 * parameter.shape[1] if coded else 0  # a Conv1D is [inputs, outputs]
    return {**found, "footprint": sum(found.values()), "scales": scales}


def above_half(shape, dtype):
    eight, sixteen = account(shape, dtype, True), account(shape, "float16", False)
    above = {part: eight[part] - sixteen[part] // 2 for part in eight if part not in ("footprint", "scales")}
    return {**above, "scales": eight["scales"]}
