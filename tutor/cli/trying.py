"""``tutor try``: the learner's file on the public examples, with its prints and breakpoints."""

from __future__ import annotations

from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, ExerciseArgument, FileArgument
from tutor.cli.submitting import solution_of


def try_command(exercise: ExerciseArgument, file: FileArgument = None, content: ContentOption = None) -> int:
    """Run your file on the public examples: ungraded, confined; print() and breakpoint() work."""
    from tutor.compute.packages import require_packages
    from tutor.grading import read_submission
    from tutor.sandbox import run_example

    course = open_content(content)
    loaded = course.exercise(exercise)
    require_packages(loaded.info.packages, loaded.id)
    path = file if file is not None else solution_of(open_store(course), loaded)
    read_submission(path)  # says what is wrong with a missing file, a folder, a device
    return 0 if run_example(loaded.folder, path) == 0 else 1
