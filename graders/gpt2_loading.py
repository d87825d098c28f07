"""What a learner's loaded model really holds: its tensors, looked at by the judge.

The model stays in the learner's process, and what it says of itself is not believed: its tensors cross, with
their dtypes and numbers, and are compared with those in the folder that it was to be loaded from.
"""

from __future__ import annotations

from typing import Any

import torch
from gpt2_accounts import count
from gpt2_models import ROUNDINGS, SmallModel, is_linear
from torch import Tensor
from yardsticks import absmax_per_row

from tutor.grading.checks import describe
from tutor.grading.proxy import Folder, Kept, SolutionError

CODES_LIMIT = 1.1  # times the error of absmax / 127 for each output: bitsandbytes rounds to float16 before
ALIKE = 0.5  # the least cosine between the weights of a file and what was loaded from it
PREFIX = "transformer."


def load(solution: Any, expect: Any, small: SmallModel, dtype: str, int8: bool) -> Kept:
    """The learner's model, which stays in the learner's process."""
    folder = Folder(small.files)
    try:
        model: Kept = solution.load_model.kept(folder, dtype, int8)
    except SolutionError as problem:
        told = str(problem.error["message"])
        expect(
            not (problem.error["type"] == "TypeError" and "load_in_8bit" in told),
            expected=f"a model {'whose linear layers are 8-bit' if int8 else f'in {dtype}'}",
            came=f"TypeError: {told[:200]}",
            misconception="load-in-8bit-as-argument",
        )
        raise
    return model


def ask_logits(solution: Any, expect: Any, model: Kept, tokens: Tensor) -> Any:
    """What the learner's ``logits`` returns; a model's whole output is no logits, whether it can cross or not."""
    try:
        raw = solution.logits(model, tokens)
    except SolutionError as problem:
        told = str(problem.error["message"])
        expect(
            not (problem.error["kind"] == "unsendable" and "logits" in told),
            expected="logits to return one tensor",
            came=told[:300],
            misconception="model-output-returned",
        )
        raise
    expect(
        not (isinstance(raw, dict) and "logits" in raw),
        expected="logits to return one tensor",
        came=describe(raw),
        misconception="model-output-returned",
    )
    return raw


def ask(expect: Any, model: Kept, method: str) -> Any:
    """What a method of the model returns, where the model has one."""
    try:
        return model.call(method)
    except SolutionError as problem:
        expect(
            problem.error["type"] != "AttributeError",
            expected=f"load_model to return a model of transformers, which has {method}()",
            came="None (is a 'return' missing?)"
            if model.type_name == "NoneType"
            else f"an object of type {model.type_name}",
        )
        raise


def judge_footprint(expect: Any, model: Kept, small: SmallModel, dtype: str, int8: bool) -> None:
    """``get_memory_footprint()`` tells what the judge has counted."""
    came = expect.number(ask(expect, model, "get_memory_footprint"), name="get_memory_footprint()")
    right = count(small.shape, dtype, int8)["footprint"]
    expect(
        came == right,
        expected="the bytes of such a model from get_memory_footprint()",
        came=f"{came / right:.7g} times as many",
    )


def judge_tensors(expect: Any, model: Kept, small: SmallModel, dtype: str, int8: bool) -> None:
    """Every tensor of the file is in the model, in the dtype asked for, with the numbers of the file."""
    tensors = ask(expect, model, "state_dict")
    named = isinstance(tensors, dict) and all(isinstance(tensor, Tensor) for tensor in tensors.values())
    expect(named, expected="tensors by name from state_dict()", came=f"a {type(tensors).__name__}")
    missing = [name for name in small.weights if name not in tensors]
    expect(
        not missing,
        expected="every tensor of the file in the model",
        came=f"a model without {', '.join(missing[:2])}",
        misconception=lambda: _thought_of_missing(missing, tensors),
    )
    for name in sorted(small.weights, key=is_linear, reverse=True):
        quantized = int8 and is_linear(name)
        _judge_dtype(expect, name, tensors[name], dtype, quantized)
        judge_numbers = _judge_codes if quantized else _judge_floats
        judge_numbers(expect, name, tensors[name], small.weights[name])


def _thought_of_missing(missing: list[str], tensors: dict[str, Tensor]) -> str | None:
    bare = all(name.removeprefix(PREFIX) in tensors for name in missing if name.startswith(PREFIX))
    return "body-without-head" if bare and "transformer.wte.weight" in missing else None


def _judge_dtype(expect: Any, name: str, came: Tensor, dtype: str, quantized: bool) -> None:
    wanted = torch.int8 if quantized else ROUNDINGS[dtype]

    def thought() -> str | None:
        if quantized:
            return "eight-bits-left-out" if came.is_floating_point() else _if_packed(came)
        if came.dtype == torch.int8 and name.startswith("lm_head"):
            return "head-in-eight-bits"
        return "dtype-not-asked-for" if came.is_floating_point() else _if_packed(came)

    expect(
        came.dtype == wanted,
        expected=f"{name} in {_name(wanted)}",
        came=_name(came.dtype),
        misconception=thought,
    )


def _if_packed(came: Tensor) -> str | None:
    return "four-bits-loaded" if came.dtype == torch.uint8 else None


def _judge_floats(expect: Any, name: str, came: Tensor, weight: Tensor) -> None:
    _judge_shape(expect, name, came, (weight.shape,))
    step = torch.finfo(came.dtype).eps
    wanted = weight.to(came.dtype)

    def thought() -> str | None:
        other = (weight.to(half).to(came.dtype) for half in (torch.float16, torch.bfloat16))
        if any(torch.equal(came, rounded) for rounded in other):
            return "rounded-on-the-way"
        return None if name.startswith("lm_head") else _if_unlike(came, weight)  # all others were the file's

    expect(
        bool(((came.double() - wanted.double()).abs() <= step * wanted.double().abs() + 1e-7).all()),
        expected=f"the numbers of the file in {name}",
        came="others",
        misconception=thought,
    )


def _judge_codes(expect: Any, name: str, came: Tensor, weight: Tensor) -> None:
    """Codes [outputs, inputs], of which each row is a step times about the weights [inputs, outputs] of one output."""
    rows = weight.T.contiguous()
    _judge_shape(expect, name, came, (rows.shape, weight.shape))
    codes = (came if came.shape == rows.shape else came.T).double()
    scale = (codes * rows).sum(1, keepdim=True) / codes.square().sum(1, keepdim=True).clamp(min=1)
    error = absmax_per_row(rows).ratio_of(codes * scale)
    expect(
        error <= CODES_LIMIT,
        expected=f"int8 codes of the numbers of the file in {name}",
        came=f"codes with {error:.3g} times the error of absmax / 127",
        misconception=lambda: _if_unlike(codes, rows),
    )


def _judge_shape(expect: Any, name: str, came: Tensor, shapes: tuple[torch.Size, ...]) -> None:
    wanted = " or ".join(str(tuple(shape)) for shape in shapes)
    expect(came.shape in shapes, expected=f"{name} of shape {wanted}", came=str(tuple(came.shape)))


def _if_unlike(came: Tensor, weight: Tensor) -> str | None:
    centred = [tensor.double().flatten() - tensor.double().mean() for tensor in (came, weight)]
    cosine = float(torch.cosine_similarity(*centred, dim=0))
    return "weights-not-loaded" if not cosine > ALIKE else None


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
