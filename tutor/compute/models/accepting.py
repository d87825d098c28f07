"""What must hold before a model of someone's choice is taken: known, whole, and small enough for this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tutor.compute.capacity import memory_bytes
from tutor.compute.models.children import QUIET, ask
from tutor.compute.models.facts import ModelFacts, check_memory, describe
from tutor.errors import EnvironmentProblem


def refuse_unfit(facts: ModelFacts, where: str) -> None:
    """Say by the headers alone what could only fail after minutes.

    Raises:
        EnvironmentProblem: it is quantized already, or could not be loaded even if nothing else ran here.
    """
    if facts.quantization:
        raise EnvironmentProblem(
            f"The model is quantized already ({facts.quantization[:40]}), and quantizing it is your part.",
            where=where,
            next_step="Choose the same model in 16 or 32 bits.",
        )
    check_memory(facts, where, memory=memory_bytes())


def check_known(folder: Path, scratch: Path, where: str) -> None:
    """Ask transformers, in a child process, whether the settings in ``folder`` are of a causal language model.

    Raises:
        EnvironmentProblem: they are not.
    """
    _ask("config", folder, scratch, where)


def check_loads(folder: Path, scratch: Path, where: str) -> None:
    """Ask transformers whether it would load the model in ``folder``: settings, tokenizer, and all weights there.

    Raises:
        EnvironmentProblem: it would not, or the headers hold fewer parameters than the settings ask for.
    """
    facts, asked = describe(folder), _ask("whole", folder, scratch, where)
    if facts.parameters < int(asked["parameters"]):
        raise EnvironmentProblem(
            f"Weights are missing: the model has {asked['parameters']:,} parameters, "
            f"and its files hold {facts.parameters:,}.",
            where=where,
            next_step="Copy or download the model again.",
        )


def _ask(kind: str, folder: Path, scratch: Path, where: str) -> dict[str, Any]:
    """The inspector's answer; what it calls a folder of ours is for a person ``where`` the model came from."""
    try:
        return ask("inspector", [kind, str(folder)], scratch, QUIET)
    except EnvironmentProblem as problem:
        message = problem.message.replace(str(folder), where)
        raise EnvironmentProblem(message, where=where, next_step=problem.next_step) from problem
