"""The child process that asks transformers whether it knows a model, without loading its weights.

    python -I -m tutor.compute.models.inspector ANSWER config|whole FOLDER
    python -I -m tutor.compute.models.inspector ANSWER gguf FILE

``config`` looks at the settings alone; ``whole`` builds the model without memory for its weights (on torch's
*meta* device) to count what it must have, and reads the tokenizer. No code of the model's is run, ever: an
architecture that brings its own ``.py`` files is one that this transformers does not know.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tutor.compute.models.children import answer
from tutor.errors import EnvironmentProblem

_OTHER = "Choose a causal language model that this version knows; 'tutor model fetch' brings one."


def look(kind: str, place: str) -> dict[str, Any]:
    """What transformers makes of ``place``.

    Raises:
        EnvironmentProblem: it is not a causal language model that this transformers can load.
    """
    if kind == "gguf":
        return look_at_gguf(Path(place))
    config = json.loads((Path(place) / "config.json").read_bytes())
    architecture = check_architecture(config, place)
    return {"architecture": architecture, **(look_whole(place) if kind == "whole" else {})}


def check_architecture(config: dict[str, Any], place: str) -> str:
    """The class that would be loaded.

    Raises:
        EnvironmentProblem: transformers has no causal language model of this kind.
    """
    import transformers
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    kind, named = str(config.get("model_type") or ""), config.get("architectures")
    named = named if isinstance(named, list) else []
    found: str | tuple[str, ...] = MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.get(kind, ())
    classes = [found] if isinstance(found, str) else list(found)
    # The settings name the class of the weights: 'bert' may be a causal model, 'BertForMaskedLM' is none.
    fitting = [name for name in named if name in classes] if named else classes
    if fitting:
        return str(fitting[0])
    shown = ", ".join(str(name) for name in named)[:80] or kind[:80] or "unnamed"
    if kind not in CONFIG_MAPPING:
        reason = f"transformers {transformers.__version__} does not know its architecture ({shown})"
    else:
        reason = f"its architecture ({shown}) is not a causal language model"
    raise EnvironmentProblem(f"The model cannot be used: {reason}.", where=place, next_step=_OTHER)


def look_whole(place: str) -> dict[str, Any]:
    """How many parameters the settings ask for, and how many tokens the tokenizer has."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    local = {"local_files_only": True, "trust_remote_code": False}
    try:
        config = AutoConfig.from_pretrained(place, **local)
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(config, trust_remote_code=False)  # type: ignore[no-untyped-call]
    except Exception as error:
        raise _unreadable("Its settings make no model", error, place) from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(place, **local)
        tokens = tokenizer("one two").input_ids
    except Exception as error:
        raise _unreadable("Its tokenizer cannot be read", error, place) from error
    if not tokens or max(tokens) >= model.get_input_embeddings().num_embeddings:
        raise EnvironmentProblem(
            "The tokenizer is not this model's: its tokens are not in the vocabulary.",
            where=place,
            next_step="Fetch the model again, with its own tokenizer.",
        )
    return {"parameters": model.num_parameters(), "tokens": len(tokenizer)}


def look_at_gguf(file: Path) -> dict[str, Any]:
    """The size and the architecture of a GGUF file, by its header."""
    import gguf
    from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

    try:
        parameters = sum(int(tensor.n_elements) for tensor in gguf.GGUFReader(file).tensors)
        config = load_gguf_checkpoint(str(file), return_tensors=False)["config"]  # type: ignore[no-untyped-call]
    except Exception as error:
        raise _unreadable("The GGUF file cannot be used", error, str(file)) from error
    return {
        "parameters": parameters,
        "architecture": check_architecture({**config, "architectures": []}, str(file)),
    }


def _unreadable(message: str, error: Exception, place: str) -> EnvironmentProblem:
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    return EnvironmentProblem(f"{message}: {first[:200]}", where=place, next_step=_OTHER)


if __name__ == "__main__":
    answer(sys.argv[1], lambda: look(*sys.argv[2:4]))
