"""The built-in editor: the learner's file, with the brief beside it where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tutor.app.text import shown_path
from tutor.app.widgets.code_editor import CodeEditor
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.reading import Reading
from tutor.app.widgets.top_bar import TopBar
from tutor.errors import EnvironmentProblem

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.app.tutor_app import TutorApp
    from tutor.course import LoadedExercise

KEEP_SECONDS = 1.0
MOST_BYTES = 1_000_000  # what is larger is no submission either


class EditorScreen(Screen[bool]):
    """Leaving saves. What is typed is kept every second, and comes back after a crash.

    Its result says whether the file is to be graded now.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("f5", "grade", "Save and grade", priority=True),
        Binding("escape", "leave", "Save and back", priority=True),
        Binding("f4", "wrap", "Wrap lines", priority=True),
        Binding("ctrl+z", "undo", "Undo", show=False),
        Binding("f6", "switch", "To the brief and back", show=False, priority=True),
    ]

    def __init__(self, exercise: LoadedExercise, path: Path) -> None:
        """Raises EnvironmentProblem: the file can't be read, or is no text that can be edited here."""
        super().__init__()
        self.exercise, self.path = exercise, path
        self.seen = _read(path)  # the file's bytes as they were last read or written
        self.kept = ""  # the text as it was last kept as a draft

    @property
    def tutor(self) -> TutorApp:
        from tutor.app.tutor_app import TutorApp

        assert isinstance(self.app, TutorApp)
        return self.app

    @property
    def editor(self) -> CodeEditor:
        return self.query_one(CodeEditor)

    @property
    def changed(self) -> bool:
        """Whether something is not saved yet."""
        return self.editor.text.encode("utf-8", "surrogatepass") != self.seen

    def compose(self) -> ComposeResult:
        yield TopBar(self.exercise.title, "Your file")
        with Horizontal(id="editing"):
            yield CodeEditor(self.seen.decode("utf-8-sig"), wrap=self.tutor.settings.wrap, id="code")
            with VerticalScroll(id="beside"):
                yield Reading(self.exercise.info.brief)
        yield Static(id="editor-line")
        yield KeyBar()

    def on_mount(self) -> None:
        with self.tutor.problems_shown():
            draft = self.tutor.engine.draft(self.exercise)
            if draft is not None and draft != self.editor.text:
                self.editor.load_text(draft)
                self.notify("What you had typed and not saved is back. Ctrl+Z brings the saved file.")
        self.kept = self.editor.text
        self.set_interval(KEEP_SECONDS, self.keep)
        self.editor.focus()
        self.tell()

    @on(CodeEditor.SelectionChanged)
    @on(CodeEditor.Changed)
    def tell(self) -> None:
        """Say below the text whether it is saved, and where the cursor is."""
        row, column = self.editor.cursor_location
        state = ("● not saved", "$accent") if self.changed else ("✓ saved", "$success")
        line = Content.assemble(
            (f"{shown_path(self.path)}   ", "$quiet"), state, (f"   line {row + 1}, {column + 1}", "$quiet")
        )
        self.query_one("#editor-line", Static).update(line)

    # --- keeping ------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Keep what is typed as a draft. Called again and again; it writes only when something changed."""
        text = self.editor.text
        if text != self.kept:
            self.kept = text
            with self.tutor.problems_shown():
                self.tutor.engine.keep_draft(self.exercise, text if self.changed else None)

    def save(self) -> bool:
        """Write the file; a version of it that another program wrote meanwhile goes to the backups first."""
        if not self.changed:
            return True
        with self.tutor.problems_shown():
            data = self.editor.text.encode("utf-8", "surrogatepass")
            if self.tutor.engine.save(self.exercise, data, over=self.seen):
                self.notify("The file was changed elsewhere meanwhile: that version is in the backups.")
            self.seen = data
            self.kept = self.editor.text
            self.tutor.engine.keep_draft(self.exercise, None)
            self.tell()
            return True
        return False

    # --- the keys -----------------------------------------------------------------------------------

    def action_save(self) -> None:
        self.save()

    def action_grade(self) -> None:
        if self.save():
            self.dismiss(True)

    def action_leave(self) -> None:
        if self.save():
            self.dismiss(False)

    def action_wrap(self) -> None:
        """Long lines go on in the next row, or behind the edge; the next file is shown so, too."""
        self.editor.soft_wrap = not self.editor.soft_wrap
        self.editor.scroll_cursor_visible()
        with self.tutor.problems_shown():
            self.tutor.change_setting("wrap", "on" if self.editor.soft_wrap else "off")

    def action_undo(self) -> None:
        self.editor.undo()

    def action_switch(self) -> None:
        brief = self.query_one("#beside")
        if self.editor.has_focus and brief.display:
            brief.focus()
        else:
            self.editor.focus()


def _read(path: Path) -> bytes:
    problem = ""
    try:
        data = path.read_bytes()
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        problem = "This file is not UTF-8 text."
    except OSError as error:
        problem = f"This file can't be read: {error.strerror or error}."
    else:
        if len(data) <= MOST_BYTES:
            return data
        problem = "This file is too large for the built-in editor."
    raise EnvironmentProblem(problem, where=str(path), next_step="Open it in an editor of your own.")
