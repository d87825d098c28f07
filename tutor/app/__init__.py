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
