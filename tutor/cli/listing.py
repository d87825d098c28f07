"""``tutor list``."""

from __future__ import annotations

from tutor.cli import console
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, JsonOption


def list_command(json: JsonOption = False, content: ContentOption = None) -> int:
    """The modules, lessons and exercises, and where you stand."""
    from tutor.cli.course_map import course_json, map_text
    from tutor.progress import standing

    course = open_content(content)
    now = standing(course, open_store(course))
    if json:
        console.write_json(course_json(course, now))
    else:
        console.write(map_text(course, now))
    return 0
