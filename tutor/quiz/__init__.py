"""Quizzes: questions with drawn numbers, and answers that are explained."""

from tutor.quiz.build import build
from tutor.quiz.items import AnswerProblem, Choice, Item, Result
from tutor.quiz.papers import Paper, Scored, fresh_seed, read_answers, result_document, score_answers
from tutor.quiz.proof import prove_items
from tutor.quiz.selection import Pick, draw_paper, pick


def score(item: Item, answer: object) -> Result:
    """What an answer is worth, and why. Raises AnswerProblem when it has the wrong shape."""
    return item.score(answer)


def score_typed(item: Item, answer: object) -> Result:
    """The same for an answer that was just typed. Raises AnswerProblem for a slip, too: it may be typed again."""
    result = item.score(answer)
    if result.slip:
        raise AnswerProblem(f"{result.slip}.", where=item.id, next_step="Nothing was counted: type it again.")
    return result


__all__ = [
    "AnswerProblem",
    "Choice",
    "Item",
    "Paper",
    "Pick",
    "Result",
    "Scored",
    "build",
    "draw_paper",
    "fresh_seed",
    "pick",
    "prove_items",
    "read_answers",
    "result_document",
    "score",
    "score_answers",
    "score_typed",
]
