"""The terminal app. ``run`` is what the command line calls when both ends are terminals."""

from __future__ import annotations

from pathlib import Path

from tutor.paths import ContentRoot


def run(content_root: ContentRoot, home: Path) -> int:
    """Show the app until the learner leaves. Returns the exit code of the process."""
    from tutor.app.engine import Engine
    from tutor.app.tutor_app import TutorApp

    app = TutorApp(Engine(content_root, home))
    app.run()
    return app.return_code or 0


def run_author(content_root: ContentRoot, home: Path, *, poll: bool = False) -> int:
    """Show a course to its author until they leave, read again at each save. Returns the exit code of the process."""
    from tutor.app.author_app import AuthorApp
    from tutor.app.authoring import AuthorEngine

    app = AuthorApp(AuthorEngine(content_root, home), poll=poll)
    app.run()
    return app.return_code or 0
