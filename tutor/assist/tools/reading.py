"""Tools that show the course, and run a lesson's demo."""

from __future__ import annotations

from contextlib import aclosing
from typing import Annotated

from pydantic import Field

from tutor.assist.pack import lesson_pack
from tutor.assist.quoting import quoted
from tutor.assist.tools.desk import LONGEST_ID, Desk
from tutor.errors import UsageProblem

LessonId = Annotated[
    str, Field(max_length=LONGEST_ID, description="The lesson's id, as list_lessons gives it.")
]


class Reading:
    """Where the learner stands, lessons step by step, and demos."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def list_lessons(self) -> str:
        """The modules, their lessons and exercises with ids, and where the learner stands in each."""
        from tutor.progress import standing

        content, store = self._desk.content, self._desk.store
        where = standing(content, store)
        lines = [f"# {content.title}"]
        for lesson in content.lessons:
            lines += ["", f"## {lesson.id}: {lesson.title} ({where.lessons[lesson.id]})", ""]
            lines.append(" ".join(lesson.info.summary.split()))
            lines.append("Steps: " + ", ".join(step.id for step in lesson.info.steps))
            for exercise in content.exercises_of(lesson.id):
                lines.append(
                    f"Exercise {exercise.id}: {exercise.info.title} ({where.exercises[exercise.id]})"
                )
        return "\n".join(lines)

    async def read_step(
        self,
        lesson: LessonId,
        step: Annotated[
            str, Field(max_length=LONGEST_ID, description="The step's id; empty for the first step.")
        ] = "",
    ) -> str:
        """One step of a lesson as Markdown, and which step comes after it."""
        loaded = self._desk.content.lesson(lesson)
        ids = [one.id for one in loaded.info.steps]
        if step and step not in ids:
            raise UsageProblem(
                f"The lesson has no step '{step}'.",
                where=loaded.id,
                next_step=f"Its steps: {', '.join(ids)}.",
            )
        at = ids.index(step) if step else 0
        found = loaded.info.steps[at]
        after = f"The next step: {ids[at + 1]}." if at + 1 < len(ids) else "This is the last step."
        return f"# {found.title}\n\n{found.markdown.strip()}\n\n{after}"

    async def lesson_pack(self, lesson: LessonId) -> str:
        """All of a lesson for a tutor at once: steps, demo, try-it list, quiz without answers, last verdict."""
        return lesson_pack(self._desk.content, self._desk.content.lesson(lesson), self._desk.store)

    async def run_demo(
        self,
        lesson: LessonId,
        knobs: Annotated[
            dict[str, str] | None,
            Field(
                max_length=20,
                description="Knob to value, such as {'bits': '4'}; the others stay as they are.",
            ),
        ] = None,
    ) -> str:
        """Run a lesson's demo on the learner's machine, and show what it prints. Ask for a prediction first."""
        from tutor.compute.devices import resolve_device
        from tutor.course.knobs import knob_arguments
        from tutor.progress.demos import remember_demo
        from tutor.sandbox import DemoFailed, run_demo

        loaded = self._desk.content.lesson(lesson)
        demo = loaded.info.demo
        if demo is None or loaded.demo_file is None:
            raise UsageProblem(f"The lesson '{loaded.id}' has no demo.", where=loaded.id)
        turned = knobs or {}
        device = resolve_device(self._desk.device)
        arguments = ["--device", device, *knob_arguments(demo, loaded.id, turned.items())]
        printed: list[str] = []
        ended = ""
        try:
            async with aclosing(run_demo(loaded.demo_file, arguments)) as chunks:
                async for chunk in chunks:
                    printed.append(chunk)
        except DemoFailed as failure:
            ended = f"\n\n{failure}."
        output = "".join(printed)
        remember_demo(self._desk.store, loaded.id, device, turned, output)
        return quoted(output, f"What the demo of {loaded.id} printed on {device}.") + ended

    async def what_is_due(self) -> str:
        """What is due for review today, what to read again, and the next sensible thing to do."""
        from tutor.progress import standing

        content = self._desk.content
        where = standing(content, self._desk.store)
        lines = [f"Next: {where.next.kind} {where.next.id}. {where.next.why}".strip()]
        lines.append(f"Quiz items due today: {where.due}; {where.waiting} more wait for another day.")
        by_lesson: dict[str, int] = {}
        for due in where.due_items:
            by_lesson[due.lesson] = by_lesson.get(due.lesson, 0) + 1
        lines += [f"- {lesson}: {count}" for lesson, count in by_lesson.items()]
        again = [exercise for exercise, status in where.exercises.items() if status == "due"]
        lines += [f"- exercise {exercise}, to be done again" for exercise in again]
        lines += [f"- read again in {lesson}: {', '.join(steps)}" for lesson, steps in where.reread.items()]
        lines.append("Only the program marks things as done: 'tutor quiz --due' asks what is due.")
        return "\n".join(lines)
