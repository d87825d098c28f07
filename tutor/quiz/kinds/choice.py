"""What single and multiple choice share: options that explain themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tutor.course.questions import Option
from tutor.quiz.drawing import Drawn
from tutor.quiz.items import Choice
from tutor.quiz.wording import emphasised, repeated

TELLING_WORDS = {"right", "correct", "wrong", "incorrect", "true", "answer", "distractor"}


@dataclass(frozen=True)
class Explained(Choice):
    """An option with what the learner is told once it was answered."""

    right: bool
    why: str
    misconception: str | None

    @property
    def explanation(self) -> str:
        """The option and why it is right or wrong, in Markdown."""
        text = emphasised(self.text)
        if "\n" in text:
            return f"{text}{self.why}"
        return f"{text}{'' if self.text.endswith(('.', '!', '?')) else '.'} {self.why}"


def draw_options(drawn: Drawn) -> tuple[Explained, ...]:
    """The question's options, rendered and shuffled. Raises ContentProblem."""
    options: tuple[Option, ...] = drawn.question.options
    return drawn.chance.shuffled(
        tuple(
            Explained(
                id=option.id,
                text=drawn.text(f"options[{n}].text", option.text),
                right=option.right,
                why=drawn.text(f"options[{n}].why", option.why),
                misconception=option.misconception,
            )
            for n, option in enumerate(options)
        )
    )


def choices(options: tuple[Explained, ...]) -> tuple[Choice, ...]:
    """The options as a learner may see them."""
    return tuple(Choice(option.id, option.text) for option in options)


def option_flaws(options: tuple[Explained, ...]) -> Iterator[str]:
    """Two options that say the same, and ids that give the answer away."""
    if text := repeated(option.text for option in options):
        yield f"two options say '{text}'"
    for option in options:
        if TELLING_WORDS & set(option.id.split("-")):
            yield f"the id of option '{option.id}' gives the answer away"
