"""``tutor export`` and ``tutor import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tutor.cli import console
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Store

Format = Literal["progress", "csv", "anki", "notebook", "markdown", "html"]

ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".apkg": "anki",
    ".ipynb": "notebook",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
}
"""What a file is to be where nothing is said but its name."""

_FileArgument = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]


def export_command(
    file: _FileArgument,
    as_format: Annotated[
        Format | None,
        typer.Option(
            "--as",
            show_default="by FILE's ending, else progress",
            help="progress: to import elsewhere; csv: a table; anki: the questions you were asked (FILE.apkg: decks, "
            "by genanki; else a text); notebook, markdown, html: the lessons with your code.",
        ),
    ] = None,
    content: ContentOption = None,
) -> int:
    """Write your progress, or the course with your code, to a file."""
    from tutor.progress.keeping import write_output

    course = open_content(content)
    chosen = as_format or ENDINGS.get(file.suffix.lower(), "progress")
    package = chosen == "anki" and file.suffix == ".apkg"
    store = open_store(course)
    write_output(file, _exported("apkg" if package else chosen, course, store))
    console.write(str(file.absolute()))
    if chosen == "anki" and not _any_asked(course, store):
        console.write_error(
            "There is no card in it yet: a question becomes one once it was asked, by 'tutor quiz'."
        )
    return 0


def _any_asked(content: Content, store: Store) -> bool:
    from tutor.cli.export_tables import asked_items

    return any(True for _ in asked_items(content, store))


def _exported(as_format: Format | Literal["apkg"], content: Content, store: Store) -> bytes:
    if as_format == "progress":
        from tutor.progress.exchange import export_events

        return export_events(store)
    if as_format == "apkg":
        from tutor.cli.export_anki import anki_package

        return anki_package(content, store)
    if as_format in ("csv", "anki"):
        from tutor.cli import export_tables

        table = export_tables.progress_csv if as_format == "csv" else export_tables.anki_cards
        return table(content, store).encode()
    from tutor.cli import export_books

    return export_books.book(content, store, as_format).encode()


def import_command(file: _FileArgument, content: ContentOption = None) -> int:
    """Merge progress that was exported, here or elsewhere. Importing twice changes nothing."""
    from tutor.progress.exchange import import_events

    imported = import_events(open_store(open_content(content)), file)
    console.write(f"{imported.new} new records, {imported.known} known already.")
    return 0
