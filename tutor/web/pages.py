"""What a browser is given: one page, and six files that it asks for. Nothing else is reachable."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from string import Template

from tutor.settings import settings_or_defaults

_OWN = Path(__file__).parent / "static"
_FRONT_END = {
    "textual.js": "js/textual.js",
    "xterm.css": "css/xterm.css",
    "upright.ttf": "fonts/RobotoMono-VariableFont_wght.ttf",
    "italic.ttf": "fonts/RobotoMono-Italic-VariableFont_wght.ttf",
}
_FILES = ("page.css", "page.js")


def served_files() -> dict[str, Path]:
    """Each name that the page may ask for, and the file behind it: two of ours, the rest of `textual-serve`."""
    front_end = Path(str(files("textual_serve"))) / "static"
    return {name: _OWN / name for name in _FILES} | {
        name: front_end / place for name, place in _FRONT_END.items()
    }


def page(home: Path) -> str:
    """The page, in the colours of the learner's theme."""
    from tutor.app.tutor_app import TutorApp

    background, foreground = _colours(settings_or_defaults(home)[0].theme)
    template = Template((_OWN / "page.html").read_text(encoding="utf-8"))
    return template.substitute(title=TutorApp.TITLE, background=background, foreground=foreground)


def _colours(name: str) -> tuple[str, str]:
    """Background and foreground of a theme, of ours or of Textual's; of our dark one where it names none."""
    from textual.theme import BUILTIN_THEMES

    from tutor.app.theme import DARK, THEMES

    theme = {**BUILTIN_THEMES, **{one.name: one for one in THEMES}}.get(name, DARK)
    if theme.background is None or theme.foreground is None:
        theme = DARK
    return str(theme.background), str(theme.foreground)
