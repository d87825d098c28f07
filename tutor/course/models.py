"""The content model: what the files of a course may say.

``questions.py`` has that of ``quiz.yaml``.

Every model is frozen and refuses unknown keys. Field descriptions are what an author sees in
error messages and in the exported JSON Schema.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ID_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
LONGEST_ID = 64
Identifier = Annotated[str, Field(pattern=ID_PATTERN, max_length=LONGEST_ID)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)]
ModuleName = Annotated[
    str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$", max_length=120)
]
Text = Annotated[str, Field(min_length=1)]
Markdown = Annotated[str, Field(min_length=1, max_length=3072)]


class Model(BaseModel):
    """What all models here share: unknown keys are refused, nothing changes later, numbers are finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


# --- lessons/course.yaml ---------------------------------------------------------------------


class Module(Model):
    """A chapter of the course; lessons name it by id."""

    id: Identifier
    title: Text


class CourseInfo(Model):
    """``lessons/course.yaml``: the course's own name, version and order of modules."""

    id: Identifier
    title: Text
    version: Text
    modules: tuple[Module, ...] = Field(min_length=1)


# --- lessons/NN-slug/lesson.yaml -------------------------------------------------------------


class Goal(Model):
    """Something the learner can do afterwards; quiz items name it."""

    id: Identifier
    text: Text


class Knob(Model):
    """One thing about a demo that the learner may change. It becomes the option ``--name value``."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Text
    kind: Literal["int", "float", "choice"]
    default: int | float | str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    help: str = ""


class Demo(Model):
    """``demo.py`` beside the lesson: a program that also runs alone. Takes ``--device`` and the knobs."""

    title: Text
    seconds: Annotated[float, Field(gt=0, description="about how long it runs on two CPU cores")]
    memory_mib: Annotated[int, Field(gt=0)] | None = Field(
        default=None, description="the most host memory that it takes, with the real model where it uses one"
    )
    device_mib: Annotated[int, Field(gt=0)] | None = Field(
        default=None, description="the most memory of a GPU that it takes"
    )
    model: bool = Field(default=False, description="uses the real model where it was fetched")
    knobs: tuple[Knob, ...] = ()


class Guess(Model):
    """One possible guess before a demo, and what the lesson answers to it afterwards."""

    text: Text
    reply: Text


class Prediction(Model):
    """What the learner is asked before a step's demo runs. One key, not graded."""

    question: Text
    guesses: tuple[Guess, ...] = Field(min_length=2, max_length=5)


class Step(Model):
    """One idea, at most 3 KB of Markdown, a screen of 80x24 with at most one scroll."""

    id: Identifier
    kind: Literal["why", "idea", "worked", "demo", "notice", "limits"]
    title: Text
    markdown: Markdown
    predict: Prediction | None = None


class TryItem(Model):
    """Something to try. ``opens`` is ``exercise:ID`` or ``demo:knob=value,knob=value``."""

    text: Text
    opens: Annotated[
        str, Field(pattern=r"^(exercise:[a-z0-9-]+|demo(:[a-z0-9_]+=[^,=]+(,[a-z0-9_]+=[^,=]+)*)?)$")
    ]


class Lesson(Model):
    """``lesson.yaml``. The folder's name is ``NN-slug``; NN orders the lessons."""

    id: Identifier
    title: Text
    module: Identifier
    version: Annotated[int, Field(ge=1)]
    minutes: Annotated[int, Field(ge=1)]
    summary: Text
    goals: tuple[Goal, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)
    demo: Demo | None = None
    try_it: tuple[TryItem, ...] = ()


# --- lessons/NN-slug/prompts.yaml ------------------------------------------------------------


class Prompts(Model):
    """Three prompts for an AI assistant, to be used in this order."""

    beginner: Text
    intermediate: Text
    advanced: Text


# --- lessons/NN-slug/open.yaml ---------------------------------------------------------------


class OpenQuestion(Model):
    """A question to be answered in one's own words, and marked by oneself against its points."""

    id: Identifier
    step: Identifier = Field(description="the step of the lesson that answers it")
    question: Text
    points: tuple[Text, ...] = Field(
        min_length=2, max_length=7, description="each one idea that an answer says or does not say"
    )
    model_answer: Text = Field(description="an answer that makes all the points, in their order")


class OpenQuestions(Model):
    """``open.yaml``, which a lesson may do without."""

    questions: tuple[OpenQuestion, ...] = Field(min_length=1)


# --- lessons/glossary.yaml -------------------------------------------------------------------

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
TwoLines = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160)]


class Term(Model):
    """What the field means by a word, in two lines, and the step of a lesson that explains it."""

    term: Line
    also: tuple[Line, ...] = Field(default=(), description="other names by which it is looked up")
    definition: TwoLines
    taught: Annotated[str, Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$", description="LESSON/STEP")]

    @property
    def lesson(self) -> str:
        """The id of the lesson that explains it."""
        return self.taught.partition("/")[0]

    @property
    def step(self) -> str:
        """The id of the step of that lesson."""
        return self.taught.partition("/")[2]


class Glossary(Model):
    """``lessons/glossary.yaml``, which a course may do without."""

    terms: tuple[Term, ...] = Field(min_length=1)


# --- exercises/ID/exercise.yaml --------------------------------------------------------------


class Function(Model):
    """One function the learner writes.

    ``process`` says in which of the two untrusted processes of a grading it is called, so that
    what one function returns must really carry what the other needs.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    signature: Text
    process: Literal["first", "second"] = "first"


class Misconception(Model):
    """A wrong idea that a verdict or an answer can reveal; the id says what was thought."""

    id: Identifier
    thought: Text = Field(description="completes 'This looks like …'")
    message: Text = Field(description="why one comes to it, and what is true")
    hint: Annotated[int, Field(ge=1)] = Field(default=1, description="the hint that helps, from 1")


class Limits(Model):
    """What one grading may use. The defaults are the course's rulings."""

    cpu_seconds: Annotated[float, Field(gt=0)] = 20
    wall_seconds: Annotated[float, Field(gt=0)] = 40
    memory_mib: Annotated[int, Field(gt=0)] = 2048
    device_mib: Annotated[
        int, Field(gt=0, description="what its tensors may take of a GPU, by the author")
    ] = 2048
    arena_mib: Annotated[int, Field(gt=0)] = 64
    threads: Annotated[int, Field(ge=1, le=16)] = 1
    compiles: bool = Field(default=False, description="on a GPU: compilers of kernels may run")


class Preload(Model):
    """Modules that the judges of an exercise, and the processes of learners' files, are forked with."""

    judge: tuple[ModuleName, ...] = ()
    worker: tuple[ModuleName, ...] = ()


class Exercise(Model):
    """``exercise.yaml``. Beside it lie ``stub.py`` and ``example.py`` (public examples)."""

    id: Identifier
    title: Text
    lesson: Identifier
    order: Annotated[int, Field(ge=1, description="position among the lesson's exercises")]
    version: Annotated[int, Field(ge=1)]
    minutes: Annotated[int, Field(ge=1)]
    requires: tuple[Identifier, ...] = ()
    brief: Text
    interface: tuple[Function, ...] = Field(min_length=1)
    hints: tuple[Text, ...] = Field(min_length=3, max_length=5)
    misconceptions: tuple[Misconception, ...] = Field(min_length=1)
    limits: Limits = Limits()
    packages: tuple[Name, ...] = Field(
        default=(), description="packages that a small installation leaves out; each is an extra of the tutor"
    )
    preload: Preload = Field(
        default=Preload(),
        description="modules that take long to import and that each grading needs: once, beforehand",
    )
    model: bool = Field(
        default=False,
        description="graded on a real language model: the one that was fetched; when its grader is proved, the "
        "small one in the grader's folder 'model'",
    )
    slow_to_prove: bool = Field(
        default=False,
        description="a grading trains, loads a model or compiles, so that mutants of the reference are tried with "
        "'tutor validate --full' alone",
    )
    notice: Text = Field(description="what to notice, shown after the pass")
