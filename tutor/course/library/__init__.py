"""Courses from elsewhere: brought in, reviewed, kept in the learner's home under their id, and removed."""

from __future__ import annotations

from tutor.course.library.kept import KeptCourse, add, kept_courses, remove
from tutor.course.library.review import Program, Review, review
from tutor.course.library.sources import bring

__all__ = ["KeptCourse", "Program", "Review", "add", "bring", "kept_courses", "remove", "review"]
