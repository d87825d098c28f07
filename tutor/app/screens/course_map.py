"""The course map: the whole course on one list, with the cursor on what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content as Rendered
from textual.widgets import Static

from tutor.amounts import counted
from tutor.app.screens.base import TutorScreen
from tutor.app.text import inline
from tutor.app.theme import COLOURS, GLYPHS, status_word
from tutor.app.widgets.course_list import CourseList, MapRow
from tutor.app.widgets.forecast import forecast_bars
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tutor.course import Content, LoadedLesson
    from tutor.progress import Standing

FINISHED = frozenset({"done", "passed", "tested-out"})


class CourseMapScreen(TutorScreen):
    """Enter opens what the cursor is on; the cursor begins on the next thing to do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next", "Next"),
        Binding("p", "placement", "Placement"),
        Binding("p", "placement_again", "Placement test", show=False),
        Binding("slash", "search", "Search", key_display="/"),
        Binding("u", "quiz", "Quiz"),
        Binding("i", "prompts", "Prompts"),
        Binding("q", "quit", "Quit"),
        Binding("m", "error_map", "Error map"),
        Binding("escape", "to_next", "To what is next", show=False),
    ]

    def compose(self) -> ComposeResult:
        yield TopBar(self.app.title)
        with Horizontal(id="map"):
            yield CourseList(id="course")
            yield Static(id="about")
        yield KeyBar()

    beginner = False
    """Nothing was answered or passed yet: the line of keys offers the placement test."""

    def on_screen_resume(self) -> None:
        self.refresh_course()

    def on_resize(self) -> None:
        if (row := self.query_one(CourseList).row) is not None:
            self.query_one("#about", Static).update(self._about(row))

    def refresh_course(self) -> None:
        """Show the course as it stands now. Keeps the cursor, except when the map is first filled."""
        if not self.tutor.ready:
            return
        with self.tutor.problems_shown():
            content, standing = self.tutor.engine.content, self.tutor.engine.standing()
            courses = self.query_one(CourseList)
            self.beginner, self._standing = standing.beginner, standing
            before = courses.row
            rows = map_rows(content, standing)
            following = next((row.key for row in rows if row.next), "")
            courses.show(rows, before.key if before else following)
            bar = self.query_one(TopBar)
            bar.path = (content.info.title,)
            bar.note = _tally(content, standing)
            self.refresh_bindings()
            self.tutor.tell_repairs()

    @on(CourseList.Highlighted)
    def tell_about(self, event: CourseList.Highlighted) -> None:
        self.query_one("#about", Static).update(self._about(event.row))

    def _about(self, row: MapRow) -> Rendered:
        """What the row under the cursor is, and what Enter does with it."""
        engine = self.tutor.engine
        head = Rendered.assemble(
            (GLYPHS.get(row.status, "○"), COLOURS.get(row.status, "$quiet")),
            " ",
            (row.title, "bold"),
        )
        if row.kind == "review":
            text = Rendered("Questions come back just before you would forget them.")
            return Rendered("\n").join([head, text, forecast_bars(engine.forecast(), *self._room())])
        newer = Rendered()
        facts = [f"{row.kind} · {status_word(row.status)} · {row.minutes} min"]
        if row.kind == "lesson":
            lesson = engine.content.lesson(row.id)
            text = inline(lesson.summary)
            if steps := self._standing.reread.get(row.id):
                from tutor.progress.rereading import RULE

                text = Rendered.styled(f"To be reread: {step_titles(lesson, steps)}. {RULE}", "$accent")
            facts.append(counted(len(lesson.steps), "step"))
            if lesson.items:
                facts.append(counted(len(lesson.items), "question"))
        else:
            exercise = engine.content.exercise(row.id)
            text = Rendered(f"Lesson: {engine.content.lesson(exercise.lesson).title}")
            if row.newer:
                newer = Rendered.styled(
                    "Newer version: Enter opens it; grade your file again there.", "$accent"
                )
            if exercise.requires:
                text += Rendered("\nBuilds on: ") + self._prerequisites(exercise.requires)
        return Rendered("\n").join([head, Rendered.styled(" · ".join(facts), "$quiet"), newer, text])

    def _prerequisites(self, ids: Sequence[str]) -> Rendered:
        """Each exercise that is used, with the glyph of where it stands."""
        parts = []
        for id in ids:
            status = self._standing.exercise(id)
            parts.append(
                Rendered.assemble((GLYPHS.get(status, "○"), COLOURS.get(status, "$quiet")), f" {id}")
            )
        return Rendered("   ").join(parts)

    @on(CourseList.Opened)
    def open_row(self, event: CourseList.Opened) -> None:
        match event.row.kind:
            case "lesson":
                self.tutor.open_lesson(event.row.id)
            case "exercise":
                self.tutor.open_exercise(event.row.id)
            case "review":
                self.tutor.open_quiz(None)

    def _room(self) -> tuple[int, bool]:
        """The cells that a line about a row has, and whether there are lines enough to stack."""
        return self.query_one("#about").content_size.width, self.has_class("-wide")

    # --- keys -----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("placement", "placement_again"):
            return self.beginner is (action == "placement")
        return True

    def action_placement(self) -> None:
        self.tutor.open_placement()

    action_placement_again = action_placement

    def action_next(self) -> None:
        if self.tutor.ready:
            self.tutor.open_next()

    def action_search(self) -> None:
        self.tutor.open_search()

    def action_to_next(self) -> None:
        """Bring the cursor back to what is next."""
        courses = self.query_one(CourseList)
        for number, row in enumerate(courses.rows):
            if row.next:
                courses.cursor = number

    def action_quiz(self) -> None:
        if lesson := self._lesson_at_cursor():
            self.tutor.open_quiz(lesson)

    def action_prompts(self) -> None:
        if lesson := self._lesson_at_cursor():
            self.tutor.open_prompts(lesson)

    def action_error_map(self) -> None:
        if self.tutor.ready:
            self.tutor.open_error_map()

    def action_quit(self) -> None:
        self.app.exit()

    def _lesson_at_cursor(self) -> str | None:
        row = self.query_one(CourseList).row
        if row is None or row.kind == "review":
            return None
        return row.id if row.kind == "lesson" else self.tutor.engine.content.exercise(row.id).lesson


def map_rows(content: Content, standing: Standing) -> list[MapRow]:
    """The map's lines in course order: each module, its lessons, and each lesson's exercises."""
    rows: list[MapRow] = []
    if standing.due or standing.waiting:
        title = f"Review {counted(standing.due, 'question')}" if standing.due else "Today's review is done"
        title += f" · {standing.waiting} wait for tomorrow" if standing.waiting else ""
        status = "due" if standing.due else "done"
        rows += [MapRow("review", "due", title, status, next=standing.next.kind == "review"), MapRow("gap")]
    for number, (module, lessons) in enumerate(content.modules(), start=1):
        inside: list[MapRow] = []
        for lesson in lessons:
            here = standing.next.kind in ("lesson", "quiz") and standing.next.id == lesson.id
            status = standing.shown(lesson.id)
            inside.append(MapRow("lesson", lesson.id, lesson.title, status, lesson.minutes, next=here))
            for exercise in content.exercises_of(lesson.id):
                here = standing.next.kind == "exercise" and standing.next.id == exercise.id
                status = standing.exercise(exercise.id)
                inside.append(
                    MapRow(
                        "exercise",
                        exercise.id,
                        exercise.title,
                        status,
                        exercise.minutes,
                        next=here,
                        newer=exercise.id in standing.newer,
                    )
                )
        done = sum(row.status in FINISHED for row in inside)
        rows.append(MapRow("module", module.id, f"{number}  {module.title}", done=done, of=len(inside)))
        rows += [*inside, MapRow("gap")]
    return rows[:-1]


def _tally(content: Content, standing: Standing) -> str:
    lessons = sum(standing.shown(lesson.id) in FINISHED for lesson in content.lessons)
    exercises = sum(standing.exercise(one.id) in FINISHED for one in content.exercises)
    tally = f"lessons {lessons}/{len(content.lessons)} · exercises {exercises}/{len(content.exercises)}"
    due = f"{standing.due} due" if standing.due else ""
    waiting = f"{standing.waiting} wait" if standing.waiting else ""
    return f"{tally} · ↻ {', '.join(filter(None, (due, waiting)))}" if due or waiting else tally


def step_titles(lesson: LoadedLesson, steps: Sequence[str]) -> str:
    """The titles of some of a lesson's steps."""
    return ", ".join(step.title for step in lesson.info.steps if step.id in steps)
