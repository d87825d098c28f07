"""The questions that were asked as an Anki package: a deck for each lesson, and notes that know each other again.

Ids are made from those of course and question, so that a later export updates the same notes and keeps what Anki
knows of them.
"""

from __future__ import annotations

import hashlib
import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.cli.console import clean
from tutor.cli.export_tables import asked_items

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Store

_STYLE = (
    ".card{font:18px/1.4 sans-serif;text-align:left;max-width:40rem;margin:auto}"
    "pre,code{font:15px/1.4 monospace}pre{padding:.6rem;background:#8882;overflow:auto}"
    ".source{color:#888;font-size:14px}"
)
_BACK = '{{FrontSide}}<hr id="answer">{{Back}}<p class="source">{{Source}}</p>'


def anki_package(content: Content, store: Store) -> bytes:
    """An ``.apkg`` with each question that was answered; those not asked yet stay out, since it holds the answers.

    Raises:
        EnvironmentProblem: genanki is not installed.
    """
    from tutor.compute.packages import require_packages

    require_packages(("genanki",), "--as anki FILE.apkg; FILE.txt needs nothing")
    import genanki

    model = genanki.Model(
        _number("model"),
        "Tutor: question",
        fields=[{"name": name} for name in ("Front", "Back", "Source")],
        templates=[{"name": "Question", "qfmt": "{{Front}}", "afmt": _BACK}],
        css=_STYLE,
    )
    titles = {lesson.id: clean(lesson.title) for lesson in content.lessons}
    decks: dict[str, Any] = {}
    for card in asked_items(content, store):
        title = f"{_plain(content.title)}::{_plain(titles[card.lesson])}"
        deck = decks.setdefault(card.lesson, genanki.Deck(_number("deck", content.id, card.lesson), title))
        source = f"{escape(titles[card.lesson])} · tutor lesson {card.lesson}"
        deck.add_note(
            genanki.Note(
                model=model,
                fields=[_html(card.front), _html(card.back), source],
                guid=genanki.guid_for("tutor", content.id, card.item),
                tags=["tutor", card.lesson],
            )
        )
    with tempfile.TemporaryDirectory() as room:
        place = Path(room, "cards.apkg")
        genanki.Package(list(decks.values())).write_to_file(str(place))
        return place.read_bytes()


def _number(*words: str) -> int:
    """A number that Anki takes for an id, the same for the same words."""
    digest = hashlib.sha256("\0".join(("tutor", *words)).encode()).digest()
    return 1 << 30 | int.from_bytes(digest[:4], "big") >> 2


def _plain(title: str) -> str:
    """A title in the name of a deck, where two colons would begin another one below."""
    return title.replace("::", ":").replace('"', "'")


def _html(markdown: str) -> str:
    from markdown_it import MarkdownIt

    return str(
        MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").render(clean(markdown))
    )
