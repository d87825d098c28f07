"""``graders/ID/equivalent.yaml``: the mutants of a reference that are right solutions too, each with its reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pydantic import Field

from tutor.course import LoadedExercise
from tutor.course.documents import Location
from tutor.course.models import Model, Text
from tutor.course.validation import Reading, inspect_file
from tutor.errors import ContentProblem
from tutor.proving.mutants import Mutant

Name = tuple[str, str]


class Equivalent(Model):
    """Changes of one line of the reference that the brief allows, or that change no result."""

    line: Text = Field(description="the statement's first line, as 'tutor validate --full' lists it")
    becomes: tuple[Text, ...] = Field(min_length=1, description="what it may become, as listed there")
    why: Text = Field(description="why no check may reject it")


class EquivalentMutants(Model):
    """The whole file."""

    mutants: tuple[Equivalent, ...] = Field(min_length=1)


class Equivalents:
    """What the file says; ``problems`` holds what is wrong with the file itself."""

    def __init__(self, exercise: LoadedExercise) -> None:
        self._file = exercise.grader_folder / "equivalent.yaml"
        self._reading: Reading[EquivalentMutants] | None = None
        if self._file.exists():
            self._reading = inspect_file(self._file, EquivalentMutants)
        self._places = dict(self._names())

    @property
    def problems(self) -> tuple[ContentProblem, ...]:
        return self._reading.problems if self._reading is not None else ()

    def names(self, mutant: Mutant) -> bool:
        """Whether the mutant is said to be equivalent."""
        return _name(mutant.line, mutant.becomes) in self._places

    def stale(self, mutants: Collection[Mutant], survivors: Collection[Mutant]) -> Iterator[ContentProblem]:
        """A problem for each name that no mutant has, or only mutants that were rejected."""
        known = {_name(mutant.line, mutant.becomes) for mutant in mutants}
        alive = {_name(mutant.line, mutant.becomes) for mutant in survivors}
        document = self._reading.document if self._reading is not None else None
        for name, location in self._places.items():
            if name in alive or document is None:
                continue
            what = (
                "No mutant of the reference is named so" if name not in known else "This mutant is rejected"
            )
            yield document.problem(
                location,
                f"{what}: {name[0]}  →  {name[1]}",
                code="stale-equivalent",
                next_step="Remove this entry, or write it as 'tutor validate --full' lists it.",
            )

    def _names(self) -> Iterator[tuple[Name, Location]]:
        if self._reading is None or self._reading.model is None:
            return
        for number, entry in enumerate(self._reading.model.mutants):
            for part, becomes in enumerate(entry.becomes):
                yield _name(entry.line, becomes), ("mutants", number, "becomes", part)


def _name(line: str, becomes: str) -> Name:
    """Without the line breaks that YAML may have folded."""
    return " ".join(line.split()), " ".join(becomes.split())
