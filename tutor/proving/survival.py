"""Mutation proof: how many mutants of a reference its hidden checks reject, and which survive."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.errors import ContentProblem, GraderFault
from tutor.proving.equivalents import Equivalents
from tutor.proving.gradings import Gradings
from tutor.proving.mutants import Mutant, mutants
from tutor.proving.report import REQUIRED_SHARE, MutantProof, ValidationReport


@dataclass(frozen=True)
class _Fate:
    """What became of a mutant: the seed on which it was rejected, or None, or that the grader failed."""

    mutant: Mutant
    seed: int | None = None
    fault: GraderFault | None = None

    @property
    def survived(self) -> bool:
        return self.seed is None and self.fault is None


async def prove_mutants(
    gradings: Gradings,
    equivalents: Equivalents,
    seeds: Sequence[int],
    report: ValidationReport,
    *,
    equivalent_seeds: int,
) -> MutantProof:
    """Grades every mutant of the reference, with each seed until one rejects it; those that are said to be equivalent
    with the first ``equivalent_seeds`` of them.

    Adds to ``report`` a warning for each survivor that nobody says is equivalent, and a problem where these are
    more than 5 % of the mutants that are not, where an entry of ``equivalent.yaml`` is stale, and where the
    grader failed.
    """
    reference = gradings.exercise.reference
    made = mutants(reference.read_text(encoding="utf-8"))
    fates = await asyncio.gather(
        *(
            _fate(gradings, mutant, seeds[:equivalent_seeds] if equivalents.names(mutant) else seeds)
            for mutant in made
        )
    )
    survivors = [fate.mutant for fate in fates if fate.survived]
    missed = [mutant for mutant in survivors if not equivalents.names(mutant)]
    proof = MutantProof(
        rejected=sum(fate.seed is not None for fate in fates),
        equivalent=len(survivors) - len(missed),
        of=len(made),
    )
    for fate in fates:
        if fate.fault is not None:
            message = f"the grader fails on a mutant, {fate.mutant}: {fate.fault.message}"
            report.problems.append(_at(reference, fate.mutant, message, "grader-fault"))
    report.warnings += [
        _at(
            reference, mutant, f"a mutant passes ({mutant.kind.replace('_', ' ')}): {mutant}", "mutant-passes"
        )
        for mutant in missed
    ]
    if not proof.enough:
        report.problems.append(
            ContentProblem(
                f"the checks reject {proof.share or 0:.1%} of the mutants that are not equivalent, "
                f"at least {REQUIRED_SHARE:.0%} are needed; {len(missed)} pass",
                where=str(gradings.exercise.checks_file),
                code="mutants-survive",
            )
        )
    report.problems += equivalents.stale(made, survivors)
    return proof


async def _fate(gradings: Gradings, mutant: Mutant, seeds: Sequence[int]) -> _Fate:
    path = gradings.exercise.reference
    for seed in seeds:
        try:
            if await gradings.rejects(mutant.source.encode(), path, seed):
                return _Fate(mutant, seed=seed)
        except GraderFault as fault:
            return _Fate(mutant, fault=fault)
    return _Fate(mutant)


def _at(reference: object, mutant: Mutant, message: str, code: str) -> ContentProblem:
    return ContentProblem(message, where=str(reference), line=mutant.number, column=mutant.column, code=code)
