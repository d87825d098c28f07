"""Quizzes: questions with drawn numbers, and answers that are explained."""

from tutor.quiz.build import build
from tutor.quiz.items import AnswerProblem, Choice, Item, Result
from tutor.quiz.papers import Paper, Scored, fresh_seed, read_answers, result_document, score_answers
from tutor.quiz.proof import prove_items
from tutor.quiz.selection import Pick, draw_paper, pick


def score(item: Item, answer: object) -> Result:
    """What an answer is worth, and why. Raises AnswerProblem when it has the wrong shape."""
    return item.score(answer)


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
]
