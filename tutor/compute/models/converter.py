"""The child process that turns a GGUF file into a folder of safetensors, and loads it once to prove it.

    python -I -m tutor.compute.models.converter FOLDER GGUF OUTPUT

FOLDER holds the file GGUF; OUTPUT is made. Needs torch, transformers, accelerate and gguf. What the GGUF
stores in 4 or 8 bits is de-quantized to fp32: the converted model is larger, and no more exact.
"""

from __future__ import annotations

import sys


def convert(folder: str, gguf: str, output: str) -> None:
    """Write model and tokenizer of ``folder/gguf`` to ``output``.

    Raises:
        RuntimeError: what was written does not load again as the same numbers.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=gguf)
    read = AutoModelForCausalLM.from_pretrained(folder, gguf_file=gguf, dtype=torch.float32)
    # A model read from GGUF refuses to be saved: its config still says 'quantized'. A plain one may be.
    settings = read.config.to_dict()
    for name in ("quantization_config", "_name_or_path", "_model_name_or_path"):
        settings.pop(name, None)
    plain = type(read)(type(read.config).from_dict(settings))
    plain.load_state_dict(read.state_dict(), assign=True)
    plain.tie_weights()
    plain.save_pretrained(output)
    tokenizer.save_pretrained(output)

    loaded = AutoModelForCausalLM.from_pretrained(output)
    expected = read.state_dict()
    for name, tensor in loaded.state_dict().items():
        if not torch.equal(tensor, expected[name]):
            raise RuntimeError(f"{name} changed while it was written")
    if AutoTokenizer.from_pretrained(output)("one two").input_ids != tokenizer("one two").input_ids:
        raise RuntimeError("the tokenizer changed while it was written")


if __name__ == "__main__":
    convert(*sys.argv[1:4])
