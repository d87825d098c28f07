"""The child process that loads a model in several ways, and tells bytes and perplexity of each.

    python -I -m tutor.compute.models.measurer '{"folder": …, "text": …, "schemes": ["fp32", "nf4"], …}'

It prints one JSON object a line, each with the key of what it tells: ``working`` (what, done, of), ``measured``, or
``problem``; everything else that libraries print goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from typing import Any

DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16", "int8": "bfloat16", "nf4": "bfloat16"}
"""What is not quantized is loaded in this dtype; ``int8`` and ``nf4`` are bitsandbytes'."""


def main(order: dict[str, Any]) -> None:
    """Measures every scheme of the order, one model at a time."""
    import torch
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(order["folder"], local_files_only=True)
    with open(order["text"], encoding="utf-8") as file:
        tokens = torch.tensor(tokenizer(file.read(), verbose=False).input_ids)[: order["tokens"] + 1]
    for scheme in order["schemes"]:
        _tell("working", {"what": f"loading in {scheme}", "done": 0, "of": 0})
        model = _load(order["folder"], scheme, order["device"])
        told = {  # before it reads: bitsandbytes moves its scales about then
            "scheme": scheme,
            "footprint": int(model.get_memory_footprint()),
            "beside": _scales(model),
            "parts": _parts(model),
            "predicted": len(tokens) - 1,
        }
        level = _perplexity(model, tokens.to(model.device), order["context"], order["stride"], scheme)
        _tell("measured", {**told, "perplexity": level})
        del model


def _load(folder: str, scheme: str, device: str) -> Any:
    import torch
    import transformers

    library: Any = transformers
    settings: dict[str, Any] = {}
    if scheme == "int8":
        settings["quantization_config"] = library.BitsAndBytesConfig(load_in_8bit=True)
    if scheme == "nf4":
        settings["quantization_config"] = library.BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4"
        )
    if settings:
        settings["device_map"] = {"": device}
    dtype = getattr(torch, DTYPES[scheme])
    load = library.AutoModelForCausalLM.from_pretrained
    model = load(folder, dtype=dtype, local_files_only=True, **settings)
    return model.eval() if settings else model.eval().to(device)


def _perplexity(model: Any, tokens: Any, context: int, stride: int, scheme: str) -> float:
    """exp of the mean surprise of tokens[1:], each predicted once, from at most ``context`` tokens before it.

    A window moves on by ``stride``: only what it adds is counted, as in transformers' guide to the perplexity of
    models of fixed length.
    """
    import torch
    import torch.nn.functional as F

    surprises, done, last = [], 0, len(tokens) - 1
    with torch.no_grad():
        for begin in range(0, last, stride):
            end = min(begin + context, last)
            logits = model(tokens[None, begin:end]).logits[0].float()
            new = slice(done - end, None)
            targets = tokens[done + 1 : end + 1]
            surprises.append(F.cross_entropy(logits[new], targets, reduction="none").double())
            done = end
            _tell("working", {"what": f"reading in {scheme}", "done": done, "of": last})
            if done == last:
                break
    return float(torch.cat(surprises).mean().exp())


def _parts(model: Any) -> dict[str, int]:
    """Bytes of all parameters and buffers by the kind of module that holds them; tied ones count once."""
    parts: dict[str, int] = defaultdict(int)
    seen: set[int] = set()
    head = model.get_output_embeddings()
    for module in model.modules():
        for tensor in (*module.parameters(recurse=False), *module.buffers(recurse=False)):
            if id(tensor) not in seen:
                seen.add(id(tensor))
                kind = "head" if module is head else type(module).__name__
                parts[kind] += tensor.numel() * tensor.element_size()
    return dict(parts)


def _scales(model: Any) -> int:
    """Bytes that bitsandbytes keeps beside its codes, which no footprint counts: neither parameters nor buffers."""
    count = 0
    for module in model.modules():
        weight = getattr(module, "weight", None)
        scales = getattr(weight, "SCB", None)
        state = getattr(weight, "quant_state", None)
        for tensor in (scales, getattr(state, "absmax", None), getattr(state, "code", None)):
            if tensor is not None:
                count += tensor.numel() * tensor.element_size()
    return count


def _tell(key: str, told: dict[str, Any]) -> None:
    print(json.dumps({key: told}), file=_ANSWERS, flush=True)


if __name__ == "__main__":
    _ANSWERS = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is none of the answers
    try:
        main(json.loads(sys.argv[1]))
    except Exception as problem:
        _tell("problem", {"type": type(problem).__name__, "message": str(problem)[:2000]})
        sys.exit(1)
