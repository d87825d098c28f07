"""A causal language model in the judge: its linear layers, the evaluation text, and perplexity.

The model is in fp32, and is the only thing of its size: whoever quantizes it puts what came back in the place of the
weights, one layer after another.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

TOKENS, CONTEXT = 2048, 512  # read for calibration, and again for the perplexity; in windows
TEXT = Path(__file__).parents[1] / "lessons/evaluation.txt"


@dataclass(frozen=True)
class Layer:
    """A linear layer. ``head`` is the last one, whose outputs are the logits."""

    name: str
    module: nn.Module
    head: bool = False

    @property
    def weight(self) -> Tensor:
        """f32[outputs, inputs], looking at the model's own memory. GPT-2's Conv1D stores it the other way round."""
        weight = self.module.weight.data
        return weight if isinstance(self.module, nn.Linear) else weight.T

    @property
    def shape(self) -> tuple[int, int]:
        """(outputs, inputs)"""
        outputs, inputs = self.weight.shape
        return int(outputs), int(inputs)


def load(folder: Path, device: str = "cpu") -> Any:
    """The model in fp32, without dropout and gradients."""
    _be_quiet()
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    return model.eval().requires_grad_(False).to(device)


def linear_layers(model: Any) -> list[Layer]:
    """All linear layers in the order in which a token meets them: the head comes last."""
    from transformers.pytorch_utils import Conv1D

    head = model.get_output_embeddings()
    layers = [
        Layer(name, module)
        for name, module in model.named_modules()
        if isinstance(module, (nn.Linear, Conv1D)) and module is not head
    ]
    return [*layers, Layer("lm_head", head, head=True)]


class Windows:
    """Windows of the evaluation text, drawn anew: ``calibration`` of its first half, ``held_out`` of the second.

    Both are i64[windows, context], with ``TOKENS`` tokens together.
    """

    def __init__(self, folder: Path, draw: Any, device: str = "cpu") -> None:
        _be_quiet()
        from transformers import AutoConfig, AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        longest = AutoConfig.from_pretrained(folder, local_files_only=True).max_position_embeddings
        tokens = torch.tensor(tokenizer(TEXT.read_text(encoding="utf-8"), verbose=False).input_ids)
        context = min(CONTEXT, longest)
        first, second = tokens.chunk(2)
        self.calibration = _windows(first, context, draw).to(device)
        self.held_out = _windows(second, context, draw).to(device)


def perplexity(model: Any, windows: Tensor) -> float:
    """exp of the mean surprise of all tokens but the first of each window, window by window."""
    surprises = []
    for window in windows.split(1):
        logits = model(window).logits[0, :-1].float()
        surprises.append(F.cross_entropy(logits, window[0, 1:], reduction="none").double().cpu())
    return float(torch.cat(surprises).mean().exp())


def meet_inputs(
    model: Any, layers: list[Layer], windows: Tensor, meet: Callable[[Layer, Tensor], None]
) -> None:
    """Let the model read ``windows``, and call ``meet(layer, X: f32[tokens, inputs])`` before each layer's first use.

    ``meet`` may change the layer's weights: what comes after sees inputs that the changed layers made, as in GPTQ.
    """
    last_states = None
    handles = []

    def before(layer: Layer) -> Callable[[nn.Module, tuple[Any, ...]], None]:
        def hook(module: nn.Module, inputs: tuple[Any, ...]) -> None:
            handle.remove()  # once
            meet(layer, inputs[0].reshape(-1, inputs[0].shape[-1]).float())

        handle = layer.module.register_forward_pre_hook(hook)
        handles.append(handle)
        return hook

    try:
        for layer in layers:
            if not layer.head:
                before(layer)
        last_states = model.base_model(windows).last_hidden_state
    finally:
        for handle in handles:
            handle.remove()
    for layer in layers:
        if layer.head:  # without its logits: for all windows at once they would be larger than the model
            meet(layer, last_states.reshape(-1, last_states.shape[-1]).float())


def _windows(tokens: Tensor, context: int, draw: Any) -> Tensor:
    """Windows that do not overlap, drawn from all that there are."""
    cut = tokens[: len(tokens) // context * context].view(-1, context)
    return cut[draw.permutation(len(cut))[: TOKENS // context]]


def _be_quiet() -> None:
    """What the libraries print would run through the grading."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    warnings.filterwarnings("ignore")
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    from transformers.utils import logging as told

    told.set_verbosity_error()
    told.disable_progress_bar()
