"""How an exercise stands on its workbench, and which keys matter then."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.worker import Worker

from tutor.app.screens.base import TutorScreen
from tutor.app.widgets.panes import PANES

if TYPE_CHECKING:
    from tutor.course import LoadedExercise
    from tutor.grading import Verdict


class Bench(TutorScreen):
    """One exercise: the learner's file, the last verdict, what is under way. The workbench says what the keys do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "Start"),
        Binding("enter", "fill_in", "Fill it in"),
        Binding("enter", "mend", "Mend it"),
        Binding("enter", "grade", "Grade"),
        Binding("enter", "grade_again", "Grade again"),
        Binding("enter", "next", "Next thing"),
        Binding("e", "edit", "Edit"),
        Binding("w", "watch", "Watch"),
        Binding("w", "unwatch", "Stop watching"),
        Binding("h", "hint", "Hint"),
        Binding("x", "explain", "Explain"),
        Binding("s", "solution", "Solution"),
        Binding("q", "leave", "Back"),
        Binding("v", "newer", "What changed"),
        Binding("d", "diff", "Diff"),
        Binding("t", "try", "Try"),
        Binding("p", "practise", "Practise"),
        Binding("s", "solution_later", "Solution", show=False),
        Binding("g", "grade_now", "Grade now", show=False),
        *(Binding(str(n + 1), f"view({n})", f"Show the {name}", show=False) for n, name in enumerate(PANES)),
        Binding("tab,right", "turn(1)", "The next view", show=False),
        Binding("shift+tab,left", "turn(-1)", "The view before", show=False),
        Binding("a", "chat", "Ask in a chat", show=False),
        Binding("l", "lesson", "The lesson", show=False),
        Binding("escape", "leave", "Back", show=False),
    ]

    def __init__(self, exercise: LoadedExercise, *, practise: bool = False) -> None:
        super().__init__()
        self.exercise = exercise
        self.info = exercise.info  # read now: a broken file is told before the screen opens
        self.verdict: Verdict | None = None
        self.newer = False  # changed since the learner began it or was graded
        self._practise = practise  # asked for on the way here
        self._grading: Worker[None] | None = None
        self._watching: Worker[None] | None = None

    @property
    def grading(self) -> bool:
        """Whether a grading is under way."""
        return self._grading is not None and self._grading.is_running

    @property
    def watching(self) -> bool:
        """Whether each save is graded."""
        return self._watching is not None and self._watching.is_running

    @property
    def started(self) -> bool:
        """Whether the learner's file is there."""
        return self.tutor.engine.solution_path(self.exercise).exists()

    @property
    def untouched(self) -> bool:
        """Whether the file is still the stub."""
        return self.tutor.engine.untouched(self.exercise)

    @property
    def unchanged(self) -> bool:
        """Whether the file is still what the verdict that is shown was given on."""
        return self.verdict is not None and self.tutor.engine.is_now(self.exercise, self.verdict.sha256)

    @property
    def practising(self) -> bool:
        """Whether it was begun again from the stub, and not passed since."""
        return self.tutor.engine.store.exercise_state(self.exercise.id).practising

    @property
    def hints_shown(self) -> int:
        """How many hints the learner has seen."""
        return self.tutor.engine.store.hints_shown(self.exercise.id)

    @property
    def passed(self) -> bool:
        """Whether the verdict that is shown is a pass."""
        return self.verdict is not None and self.verdict.passed

    def _what_enter_does(self) -> str:
        """The action that is sensible now; none while a grading runs."""
        if not self.started:
            return "start"
        if self.grading:
            return ""
        if self.untouched:
            return "fill_in"
        if self.passed:
            return "grade_again" if self.newer else "next"
        # The same file again would say the same again; g grades it all the same.
        return "mend" if self.unchanged and not self.newer else "grade"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        match action:
            case "start" | "fill_in" | "mend" | "grade" | "grade_again" | "next":
                return action == self._what_enter_does()
            case "grade_now":
                return self.started
            case "newer":
                return self.newer
            case "watch":
                return not self.watching
            case "unwatch":
                return self.watching
            case "hint":
                return self.hints_shown < len(self.info.hints)
            case "solution" | "solution_later":
                seen_all = self.hints_shown >= len(self.info.hints)
                may = seen_all or self.tutor.engine.may_see_solution(self.exercise)
                return may is (action == "solution")
            case "explain":
                return self.verdict is not None and not self.passed and not self.grading
            case "diff" | "try":
                return self.started
            case "practise":
                return not self.grading and self.tutor.engine.may_see_solution(self.exercise)
        return True
