"""The lesson pack: one Markdown file with which any assistant can tutor a lesson.

It holds what the learner can see, never hidden checks, reference solutions or answers of the quiz, and
at most ``BUDGET_TOKENS``. What is too long is cut, from the end of the least needed part, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tutor.assist.prompts import LEVELS, last_attempt, prompt_text
from tutor.assist.quoting import fenced, plain
from tutor.assist.sources import cited_sources
from tutor.assist.verdicts import describe
from tutor.progress.demos import last_demo

if TYPE_CHECKING:
    from tutor.course import Content, LoadedLesson
    from tutor.progress import Store

BUDGET_TOKENS = 16_000
# Tokenizers take 3 to 4 characters of English a token, fewer of code and formulas: 3 errs on the safe side.
CHARACTERS_A_TOKEN = 3
_CUT = "\n(cut here to keep the pack short)\n"
_OUTPUT_CHARACTERS = 6_000
_FENCES = re.compile(r"^`{3,}", re.MULTILINE)
_FENCE_ROOM = 8

POLICY = """\
You are the tutor of this one lesson. The person learns on their own, with a program that grades their code.

- Be Socratic. Ask what they expect before you explain; one question at a time; wait for the answer,
  and say first what is right about it.
- Never write the solution of an exercise before the program has passed theirs. Give the smallest hint
  that lets them go on: the place, then the idea, then the shapes of the tensors.
- Use the facts and figures in this pack. Where you go beyond it, say so and say how sure you are.
- When they have read the lesson, quiz them: on the try-it list first (what will change, and why?), then
  on the questions below. The answers are not in the pack; work them out yourself and show your reasoning.
- You cannot mark anything as done. Only the program can: `tutor submit`, `tutor quiz`.
"""


@dataclass(frozen=True)
class _Section:
    title: str
    text: str
    keep: int  # the higher, the later it is cut

    def render(self) -> str:
        return f"## {self.title}\n\n{self.text.strip()}\n\n"


@dataclass(frozen=True)
class Pack:
    """A lesson for an assistant: Markdown by ``render``, the same in pieces by ``as_json``."""

    lesson: str
    title: str
    summary: str
    sections: tuple[_Section, ...]
    budget: int
    source: str

    @property
    def head(self) -> str:
        """What comes before the parts, in Markdown."""
        return f"# {self.title}: a lesson pack\n\n{self.summary}\n\n"

    @property
    def foot(self) -> str:
        """What comes after them: how tokens were counted, and where it is from."""
        counted = f"At most {self.budget:,} tokens, counted as {CHARACTERS_A_TOKEN} characters each."
        return f"---\n{counted} {self.source}\n"

    def render(self) -> str:
        """All of it as Markdown."""
        return self.head + "".join(section.render() for section in self.sections) + self.foot

    def as_json(self) -> dict[str, Any]:
        """``tutor.pack/1``: the sections' texts are Markdown."""
        return {
            "schema": "tutor.pack/1",
            "lesson": self.lesson,
            "title": self.title,
            "summary": self.summary,
            "sections": [{"title": one.title, "markdown": one.text.strip()} for one in self.sections],
            "budget_tokens": self.budget,
            "source": self.source,
        }


def make_pack(content: Content, lesson: LoadedLesson, store: Store, *, budget: int = BUDGET_TOKENS) -> Pack:
    """The pack of ``lesson``, at most ``budget`` tokens as Markdown (counted as 3 characters each)."""
    source = f"From {content.title}, version {content.version}."
    empty = Pack(lesson.id, lesson.title, lesson.info.summary.strip(), (), budget, source)
    room = budget * CHARACTERS_A_TOKEN - len(empty.render())
    return replace(empty, sections=tuple(_fitted(list(_sections(content, lesson, store)), room)))


def lesson_pack(content: Content, lesson: LoadedLesson, store: Store, *, budget: int = BUDGET_TOKENS) -> str:
    """The pack of ``lesson`` as Markdown, at most ``budget`` tokens."""
    return make_pack(content, lesson, store, budget=budget).render()


def _fitted(sections: list[_Section], room: int) -> list[_Section]:
    """The sections, cut at their ends in the order of ``keep`` until they fit in ``room`` characters."""
    for section in sorted(sections, key=lambda one: one.keep):
        over = sum(len(one.render()) for one in sections) - room
        if over <= 0:
            break
        kept = len(section.text.strip()) - over - len(_CUT) - _FENCE_ROOM
        at = sections.index(section)
        if kept > 0:
            sections[at] = replace(section, text=_closed(section.text.strip()[:kept]) + _CUT)
        else:
            del sections[at]
    return sections


def _closed(text: str) -> str:
    """``text`` without its last, half line, and with its code block closed."""
    whole = text[: text.rfind("\n") + 1]
    fences = _FENCES.findall(whole)
    return f"{whole}{fences[-1]}\n" if len(fences) % 2 else whole


def _sections(content: Content, lesson: LoadedLesson, store: Store) -> Iterator[_Section]:
    info = lesson.info
    yield _Section("How to tutor", POLICY, 9)
    yield _Section(
        "What the learner can do afterwards", "\n".join(f"- {goal.text}" for goal in info.goals), 8
    )
    for step in info.steps:
        text = step.markdown
        if step.predict:
            guesses = "\n".join(f"- {guess.text}" for guess in step.predict.guesses)
            text = f"{text.rstrip()}\n\nAsked before it: {step.predict.question}\n\n{guesses}"
        yield _Section(f"{step.kind.capitalize()}: {step.title}", text, 7)
    if lesson.demo_file is not None and info.demo is not None:
        code = lesson.demo_file.read_text(encoding="utf-8")
        yield _Section(f"Demo: {info.demo.title}", fenced(code.strip(), "python"), 1)
        yield _Section("What the demo printed", _demo_output(lesson, store), 3)
    if info.try_it:
        yield _Section(
            "Try-it list", "\n".join(f"{n}. {item.text}" for n, item in enumerate(info.try_it, 1)), 6
        )
    if questions := "\n".join(_questions(lesson)):
        yield _Section("Quiz, without answers", questions, 4)
    if lesson.open_questions:
        asked = "\n".join(f"- {' '.join(one.question.split())}" for one in lesson.open_questions)
        yield _Section("Open questions, to be answered in their own words", asked, 4)
    told = "\n".join(step.markdown for step in info.steps)
    if sources := "\n".join(cited_sources(content, told)):
        yield _Section("Where the cited figures come from", sources, 2)
    yield _Section("The learner's last verdict", describe(last_attempt(lesson, store, content), content), 5)
    if lesson.prompts is not None:
        for level in LEVELS:
            text = prompt_text(lesson, level, store, content=content)
            yield _Section(f"Prompt: {level}", text, 5)


def _demo_output(lesson: LoadedLesson, store: Store) -> str:
    run = last_demo(store, lesson.id)
    if run is None:
        return "The learner has not run it yet. Ask them to, and to predict its numbers first."
    text = plain(str(run.data["output"]))
    shown = text if len(text) <= _OUTPUT_CHARACTERS else text[:_OUTPUT_CHARACTERS] + _CUT
    return f"On {run.device}, {run.at:%Y-%m-%d}, on the learner's machine:\n\n{fenced(shown.strip())}"


def _questions(lesson: LoadedLesson) -> Iterator[str]:
    """Each item as a learner sees it; the seed is fixed, so that packs can be compared."""
    if not lesson.items:
        return
    from tutor.quiz import build

    for number, item in enumerate(build(lesson, seed=0), start=1):
        yield f"{number}. {item.question.strip()}" + (f" (in {item.unit})" if item.unit else "")
        if item.code:
            yield fenced(item.code.strip(), "python")
        for choice in item.options:
            yield "   - " + choice.text.strip().replace("\n", "\n     ")
        if item.left:
            yield f"   - match: {' · '.join(choice.text for choice in item.left)}"
            yield f"   - with: {' · '.join(choice.text for choice in item.right)}"
