"""Where the learner stands in a course, and the next sensible thing to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from tutor.errors import ContentProblem
from tutor.progress.rereading import RULE, steps_to_reread
from tutor.progress.review import DueItem, is_due
from tutor.progress.spreading import FORECAST_DAYS, Day, spread
from tutor.progress.states import ExerciseState, ItemState
from tutor.progress.versions import newer_exercises

if TYPE_CHECKING:
    from tutor.course import Content, LoadedExercise, LoadedLesson
    from tutor.progress.store import Store

LessonStatus = Literal["new", "started", "done", "due"]
ExerciseStatus = Literal["new", "started", "passed", "due", "seen", "tested-out"]

_SETTLED = ("passed", "due", "seen", "tested-out")


@dataclass(frozen=True)
class NextStep:
    """What to do now. ``id`` is a lesson's or exercise's; ``step`` a lesson's step to go on with."""

    kind: Literal["lesson", "exercise", "quiz", "review", "done"]
    id: str
    why: str
    step: str = ""


@dataclass(frozen=True)
class Standing:
    """Statuses by id. ``due_items`` are the quiz items to ask again today, the most at risk first.

    ``waiting`` more are due and exceed what one day asks. ``reread`` are the steps to read again, by
    lesson; ``tested_out`` the lessons that a placement test made unnecessary. ``beginner``: nothing
    was answered or passed yet. ``newer``: exercises that changed since they were last begun or graded.
    """

    lessons: Mapping[str, LessonStatus]
    exercises: Mapping[str, ExerciseStatus]
    cpu_only: frozenset[str]
    due_items: tuple[DueItem, ...]
    next: NextStep
    waiting: int = 0
    reread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tested_out: frozenset[str] = frozenset()
    beginner: bool = False
    newer: frozenset[str] = frozenset()

    @property
    def due(self) -> int:
        """How many quiz items are to be asked again today."""
        return len(self.due_items)

    def lesson(self, lesson_id: str) -> LessonStatus:
        """The status of a lesson of the course. Raises KeyError for any other."""
        return self.lessons[lesson_id]

    def shown(self, lesson_id: str) -> str:
        """A lesson's status as people see it, with two words more: ``reread`` and ``tested-out``."""
        if lesson_id in self.reread:
            return "reread"
        return "tested-out" if lesson_id in self.tested_out else self.lesson(lesson_id)

    def exercise(self, exercise_id: str) -> ExerciseStatus:
        """The status of an exercise of the course. Raises KeyError for any other."""
        return self.exercises[exercise_id]


def standing(
    content: Content, store: Store, now: datetime | None = None, *, cap: int | None = None
) -> Standing:
    """Where the learner stands. A few reads of summaries: its cost does not grow with the history.

    At most ``cap`` quiz items are due on one day; None: as many as the store's ``daily_cap`` says.
    """
    moment = now or store.now()
    view = _View(content, store, moment, store.daily_cap if cap is None else cap)
    exercises = {one.id: exercise_status(view.states.get(one.id), moment) for one in content.exercises}
    lessons = {lesson.id: view.lesson_status(lesson, exercises) for lesson in content.lessons}
    return Standing(
        lessons=lessons,
        exercises=exercises,
        cpu_only=frozenset(one for one in exercises if one in view.states and view.states[one].cpu_only),
        due_items=view.due,
        next=_next_step(view, lessons, exercises),
        waiting=view.today.waiting,
        reread=view.reread,
        tested_out=frozenset(
            lesson.id for lesson in content.lessons if view.tested_out_of(lesson, exercises)
        ),
        newer=newer_exercises(content, view.states),
        beginner=not view.items and all(state.first_pass is None for state in view.states.values()),
    )


def forecast(
    content: Content, store: Store, now: datetime | None = None, *, days: int = FORECAST_DAYS
) -> tuple[Day, ...]:
    """How many quiz items of the course come due on each of the next ``days``, today first, and are asked."""
    return spread(asked(content, store.item_states()), now or store.now(), cap=store.daily_cap, days=days)


def asked(content: Content, states: Mapping[tuple[str, str], ItemState]) -> dict[tuple[str, str], ItemState]:
    """The states of those items that are still in the course."""
    known = ((lesson.id, item) for lesson in content.lessons for item in lesson.items)
    return {key: states[key] for key in known if key in states}


def exercise_status(state: ExerciseState | None, now: datetime) -> ExerciseStatus:
    """The status that a summary amounts to.

    What was passed stays passed, whatever the course asks for later; and the solution that was
    shown stays *seen* until the exercise is passed.
    """
    if state is None:
        return "new"
    if state.first_pass or state.gave_up:
        if state.memory is not None and is_due(state.memory.due, now):
            return "due"
        return "passed" if state.first_pass else "seen"
    if state.tested_out:
        return "tested-out"
    return "started" if state.started or state.hints else "new"


class _View:
    """The summaries, read once, and the questions that statuses ask of them."""

    def __init__(self, content: Content, store: Store, now: datetime, cap: int) -> None:
        self.content = content
        self.states: dict[str, ExerciseState] = store.exercise_states()
        self.items: dict[tuple[str, str], ItemState] = asked(content, store.item_states())
        self.read = store.last_times("step")
        self.placed = store.last_times("placed")
        self.reread = steps_to_reread(content, self.items, self.read)
        (self.today,) = spread(self.items, now, cap=cap, days=1)
        self.due = self.today.share
        self.due_lessons = {one.lesson for one in self.due}

    def unread(self, lesson: LoadedLesson) -> list[str]:
        read = self.read.get(lesson.id, {})
        return [step for step in lesson.steps if step not in read]

    def unanswered(self, lesson: LoadedLesson) -> list[str]:
        return [item for item in lesson.items if (lesson.id, item) not in self.items]

    def lesson_status(self, lesson: LoadedLesson, exercises: Mapping[str, ExerciseStatus]) -> LessonStatus:
        own = [exercise.id for exercise in self.content.exercises_of(lesson.id)]
        passed = all(self._mastered(one, exercises[one]) for one in own)
        if not (self.unread(lesson) or self.unanswered(lesson) or lesson.id in self.reread) and passed:
            return "due" if lesson.id in self.due_lessons else "done"
        begun = (
            self.read.get(lesson.id)
            or len(self.unanswered(lesson)) < len(lesson.items)
            or any(exercises[one] != "new" for one in own)
        )
        return "started" if begun else "new"

    def tested_out_of(self, lesson: LoadedLesson, exercises: Mapping[str, ExerciseStatus]) -> bool:
        """Whether a placement test made the lesson unnecessary, and the learner has not begun to read it."""
        own = {exercises[exercise.id] for exercise in self.content.exercises_of(lesson.id)}
        return (lesson.id in self.placed or own == {"tested-out"}) and not self.read.get(lesson.id)

    def _mastered(self, exercise: str, status: ExerciseStatus) -> bool:
        return status == "tested-out" or (
            exercise in self.states and self.states[exercise].first_pass is not None
        )


def _next_step(
    view: _View, lessons: Mapping[str, LessonStatus], exercises: Mapping[str, ExerciseStatus]
) -> NextStep:
    """Read again what is missed again and again; finish what is begun; then review what is due, before
    anything new pushes it out; then go on."""
    for lesson in view.content.lessons:
        if steps := view.reread.get(lesson.id):
            return NextStep("lesson", lesson.id, f"reread: {_title(lesson, steps[0])}. {RULE}", step=steps[0])
    begun = [
        lesson
        for lesson in view.content.lessons
        if lessons[lesson.id] == "started" and not view.tested_out_of(lesson, exercises)
    ]
    for lesson in begun:
        if step := _step_within(view, lesson, exercises):
            return step
    if view.due:
        number = len(view.due)
        items = "1 quiz item is" if number == 1 else f"{number} quiz items are"
        rest = f" {view.today.waiting} more wait for tomorrow." if view.today.waiting else ""
        return NextStep("review", "due", f"{items} due for review.{rest}")
    if again := _to_do_again(view, exercises, seen_only=True):
        return again
    for lesson in view.content.lessons:
        if lessons[lesson.id] == "new":
            step = _step_within(view, lesson, exercises)
            return step or NextStep("lesson", lesson.id, f"The lesson {lesson.title}, from its first step.")
    return _to_do_again(view, exercises, seen_only=False) or NextStep(
        "done", "", "Everything is done, and nothing is due."
    )


def _step_within(
    view: _View, lesson: LoadedLesson, exercises: Mapping[str, ExerciseStatus]
) -> NextStep | None:
    title, unread = lesson.title, view.unread(lesson)
    if unread:
        begun = len(unread) < len(lesson.steps)
        why = (
            f"{len(unread)} of {len(lesson.steps)} steps of {title} are unread."
            if begun
            else f"The lesson {title}, from its first step."
        )
        return NextStep("lesson", lesson.id, why, step=unread[0])
    open_ones = [one for one in view.content.exercises_of(lesson.id) if exercises[one.id] not in _SETTLED]
    if open_ones:
        return _exercise_step(view, open_ones, exercises, title)
    if unanswered := view.unanswered(lesson):
        number, of = len(unanswered), len(lesson.items)
        why = (
            f"The quiz of {title} is not taken yet."
            if number == of
            else f"{number} of {of} questions of {title} are open."
        )
        return NextStep("quiz", lesson.id, why)
    return None


def _title(lesson: LoadedLesson, step_id: str) -> str:
    """A step's title; its id where the lesson can't be read, which is told where it is opened."""
    with suppress(ContentProblem):
        return next(step.title for step in lesson.info.steps if step.id == step_id)
    return step_id


def _exercise_step(
    view: _View, open_ones: Sequence[LoadedExercise], exercises: Mapping[str, ExerciseStatus], title: str
) -> NextStep:
    """The first open exercise, or the first open one that it builds on."""
    chosen = open_ones[0]
    for needed in chosen.requires:
        if exercises.get(needed, "passed") not in _SETTLED:
            return NextStep("exercise", needed, f"{chosen.title} builds on it.")
    tried = view.states.get(chosen.id)
    if tried is not None and tried.attempts:
        return NextStep("exercise", chosen.id, f"{chosen.title} is begun and not passed yet.")
    return NextStep("exercise", chosen.id, f"You have read {title}; {chosen.title} is its next exercise.")


def _to_do_again(view: _View, exercises: Mapping[str, ExerciseStatus], *, seen_only: bool) -> NextStep | None:
    for exercise in view.content.exercises:
        one = exercise.id
        if exercises[one] != "due" or (seen_only and view.states[one].first_pass):
            continue
        if view.states[one].first_pass:
            return NextStep(
                "exercise", one, f"You passed {exercise.title} a while ago: write it once more from the stub."
            )
        return NextStep(
            "exercise", one, f"You have seen the solution of {exercise.title}: now write it yourself."
        )
    return None
