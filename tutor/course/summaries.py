"""The few values of each content file that lists and maps need. They are what the index keeps."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from tutor.course.index import Summary
from tutor.course.models import CourseInfo, Exercise, Glossary, Lesson, OpenQuestions, Prompts
from tutor.course.questions import Quiz
from tutor.course.validation import read_model

MODELS: dict[str, type[BaseModel]] = {
    "course.yaml": CourseInfo,
    "lesson.yaml": Lesson,
    "quiz.yaml": Quiz,
    "prompts.yaml": Prompts,
    "open.yaml": OpenQuestions,
    "exercise.yaml": Exercise,
    "glossary.yaml": Glossary,
}


def read_summary(path: Path) -> Summary:
    """Read and check the file at ``path``, whose name tells its kind. Raises ContentProblem."""
    return summarise(read_model(path, MODELS[path.name]))


def summarise(value: BaseModel) -> Summary:
    """The summary of one file's model, as plain values that JSON can hold."""
    if isinstance(value, CourseInfo):
        modules = [[module.id, module.title] for module in value.modules]
        return {"id": value.id, "title": value.title, "version": value.version, "modules": modules}
    if isinstance(value, Lesson):
        return {
            "id": value.id,
            "title": value.title,
            "module": value.module,
            "version": value.version,
            "minutes": value.minutes,
            "summary": value.summary,
            "steps": [step.id for step in value.steps],
            "demo": value.demo is not None,
        }
    if isinstance(value, Quiz):
        return {"items": [item.id for item in value.items]}
    if isinstance(value, Exercise):
        return {
            "id": value.id,
            "title": value.title,
            "lesson": value.lesson,
            "order": value.order,
            "version": value.version,
            "minutes": value.minutes,
            "requires": list(value.requires),
        }
    return {}
