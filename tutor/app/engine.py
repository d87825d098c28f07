"""The one place where the screens touch the rooms below.

Every room is imported when it is first asked, so that the first frame waits for none of them.
Nothing is decided here: each method is one call.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from tutor.app.assistance import Assistance
from tutor.app.learners_files import LearnersFiles
from tutor.paths import ContentRoot

if TYPE_CHECKING:
    from tutor.course import LoadedExercise, LoadedLesson
    from tutor.course.models import Term
    from tutor.course.search import Hit
    from tutor.grading import Grader, GradingEvent, Verdict
    from tutor.progress import Standing
    from tutor.progress.spreading import Day
    from tutor.proving.error_map import Missing, Point
    from tutor.proving.looking import Look, NoLook
    from tutor.quiz import Item, Result
    from tutor.quiz.placement import Placed
    from tutor.quiz.sitting import Sitting


class Engine(LearnersFiles):
    """The course, the learner's store, and one warm grader, for as long as the app runs.

    ``content`` and ``store`` exist after ``open``.
    """

    def __init__(self, root: ContentRoot, home: Path) -> None:
        self.root = root
        self.home = home
        self.language = ""
        """In which the course's texts are read, as far as they are translated."""
        self.device = "auto"
        """Where gradings and demos run, as ``--device`` says it."""
        self._grader: Grader | None = None
        self.assistance = Assistance(self)
        """Prompts, packs, the chat, the clipboard."""
        self._reading = Lock()

    def open(self) -> None:
        """Load the course and open the store. Slow enough to want a thread.

        Raises:
            ContentProblem: a course file is broken. EnvironmentProblem: the store can't be used.
        """
        from tutor.progress import Store

        self.read_course()
        self.store = Store.open(self.home, self.content.info.id)

    def read_course(self) -> None:
        """Take the course up as its files are now. Raises ContentProblem."""
        from tutor.course import load_content

        self.content = load_content(self.root, index=self.home / "cache", language=self.language)

    async def close(self) -> None:
        """Ends the grader's processes, if any were started."""
        if self._grader is not None:
            await self._grader.close()
            self._grader = None

    def standing(self) -> Standing:
        """Where the learner stands now, from summaries."""
        from tutor.progress import standing

        return standing(self.content, self.store)

    def forecast(self) -> Sequence[Day]:
        """Today's share of the reviews and that of each day to come."""
        from tutor.progress import forecast

        return forecast(self.content, self.store)

    def cited(self, text: str) -> list[tuple[str, str]]:
        """The sources that a text cites as ``[id]``, in order: the id, and what the source says."""
        from tutor.assist.sources import cited_sources

        lines = (line.removeprefix("- [").partition("]: ") for line in cited_sources(self.content, text))
        return [(id, sentence) for id, _, sentence in lines]

    def glossary(self) -> Sequence[Term]:
        """The course's terms by the alphabet. Reads a file the first time. Raises ContentProblem."""
        return self.content.glossary

    def search(self, words: str) -> Sequence[Hit]:
        """What holds the words, the best first. The first time it reads the whole course: call it in a thread."""
        from tutor.course.search import search

        with self._reading:  # who types quickly asks again while the course is being read
            return search(self.content, words)

    def last_guess(self, lesson_id: str, step_id: str) -> int | None:
        """The learner's last guess at a step, counted from 0."""
        for event in reversed(self.store.events("guess", lesson_id)):
            if event.data.get("step") == step_id and isinstance(event.data.get("guess"), int):
                return int(event.data["guess"])
        return None

    # --- quiz ---------------------------------------------------------------------------------

    def quiz(self, lesson: str | None) -> Sitting | None:
        """A lesson's quiz, or (``lesson`` None) what is due, where it was left; None when there is nothing to ask."""
        from tutor.quiz.sitting import sit_down

        return sit_down(self.content, self.store, lesson=lesson, due=lesson is None)

    def placement(self) -> Sitting | None:
        """The placement test, where it was left; None when every lesson is done or tested out."""
        from tutor.quiz.sitting import sit_down

        return sit_down(self.content, self.store, placement=True)

    def place(self, sitting: Sitting) -> Placed:
        """Mark what the answers so far test out."""
        from tutor.quiz.placement import outcomes, place

        return place(self.content, self.store, outcomes(sitting))

    def reopened(self, item: Item) -> bool:
        """Whether the item's step is to be read again, for its questions are missed again and again."""
        return item.step in self.standing().reread.get(item.lesson, ())

    def score(self, item: Item, answer: object) -> Result:
        """Judge one answer. A code answer runs in a process: call this in a thread."""
        from tutor.quiz import score_typed

        return score_typed(item, answer)

    def remember_answer(self, seed: int, item: Item, answer: object, result: Result) -> None:
        """Write down what an answer was worth. Raises EnvironmentProblem."""
        from tutor.quiz.remembering import remember

        remember(self.store, seed, item, answer, result)

    # --- demos and grading --------------------------------------------------------------------

    def demo(self, lesson: LoadedLesson, arguments: Sequence[str]) -> AsyncGenerator[str]:
        """The demo's output, piece by piece. Closing the iterator ends the demo.

        EnvironmentProblem: no such device.
        """
        from tutor.compute.devices import resolve_device
        from tutor.sandbox import run_demo

        assert lesson.demo_file is not None
        given = ["--device", resolve_device(self.device), *arguments]
        return run_demo(lesson.demo_file, given)

    def remember_demo(self, lesson: LoadedLesson, values: Mapping[str, str], output: str) -> None:
        """Keep what a demo printed, of much of it the end."""
        from tutor.progress.demos import KEPT_OUTPUT, remember_demo

        remember_demo(self.store, lesson.id, self.device, values, output[-KEPT_OUTPUT:])

    async def warm_up(self, exercise: LoadedExercise) -> None:
        """Have the grader's processes ready before the first grading asks for them."""
        await self.warm_grader().warm_up(exercise, device=self.device)

    async def grade(
        self, exercise: LoadedExercise, path: Path, on_event: Callable[[GradingEvent], None]
    ) -> Verdict:
        """Grade the learner's file and record the attempt. Cancelling the task cancels the grading."""
        from tutor.grading import submit

        return await submit(
            self.warm_grader(), self.store, exercise, path, device=self.device, on_event=on_event
        )

    async def look(self, exercise: LoadedExercise) -> Look | NoLook:
        """What the learner's file does to public matrices; no attempt, and nothing is judged."""
        from tutor.grading import read_submission
        from tutor.proving.looking import look

        submission = read_submission(self.solution_path(exercise))
        return await look(self.warm_grader(), exercise, submission, device=self.device)

    def known_points(self) -> Sequence[Point]:
        """The reference points of the error–memory map."""
        from tutor.proving.error_map import known_points

        return known_points(self.content)

    def own_points(self) -> AsyncIterator[Point | Missing]:
        """The learner's points of the error–memory map, each measured by running the file that passed."""
        from tutor.proving.error_map import own_points

        return own_points(self.warm_grader(), self.content, self.store, cache=self.home / "cache")

    def warm_grader(self) -> Grader:
        """The app's one grader; its processes start with the first grading or ``warm_up``."""
        if self._grader is None:
            from tutor.grading import Grader

            self._grader = Grader(self.content.root, keep_warm=True)
        return self._grader
