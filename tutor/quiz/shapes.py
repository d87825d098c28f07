"""The shapes an answer may have. Whatever else arrives is an AnswerProblem, whoever sent it."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.quiz.items import AnswerProblem, Choice, Item

LONGEST_TEXT = 4000


def text_of(item: Item, answer: object, longest: int = LONGEST_TEXT) -> str:
    """The answer, if it is a text of bounded length that UTF-8 can hold."""
    if not isinstance(answer, str):
        raise item.problem(answer)
    if len(answer) > longest:
        raise item.problem(answer, f", of at most {longest:,} characters")
    try:
        answer.encode()
    except UnicodeEncodeError:
        raise item.problem(answer, ", in valid Unicode") from None
    return answer


def ids_of(item: Item, answer: object, known: Iterable[str]) -> list[str]:
    """The answer, if it is a list of known ids, none of them twice."""
    if not isinstance(answer, list | tuple):
        raise item.problem(answer)
    ids: list[str] = []
    known = set(known)
    for id in answer:
        if not isinstance(id, str) or id not in known:
            raise item.problem(id)
        if id in ids:
            step = f"Answer with {item.shape}."
            raise AnswerProblem(f"'{id}' is named twice.", where=item.id, next_step=step)
        ids.append(id)
    return ids


def listed(choices: Iterable[Choice]) -> str:
    """Ids for a message: ``a, b, c``."""
    return ", ".join(choice.id for choice in choices)
