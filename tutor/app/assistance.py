"""What an assistant is given, in the app: prompts, lesson packs, a chat, the clipboard."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.paths import work_folder

if TYPE_CHECKING:
    from tutor.app.engine import Engine
    from tutor.assist import Assistant, CopyAttempt, Handover
    from tutor.assist.chat import Conversation, Endpoint
    from tutor.course import LoadedExercise, LoadedLesson


class Assistance:
    """The part of the engine that stands before ``tutor.assist``; each method is one call."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._chats: dict[str, Conversation] = {}

    def prompt(self, lesson: LoadedLesson, level: str) -> str:
        """Raises UsageProblem: the lesson has no prompts."""
        from tutor.assist import prompt_text

        return prompt_text(lesson, level, self._engine.store, content=self._engine.content)

    def explain(self, exercise: LoadedExercise) -> str:
        """Raises UsageProblem, RefusedProblem: the last attempt is none that failed."""
        from tutor.assist import explain_prompt

        return explain_prompt(exercise, self._engine.store, self._engine.content)

    def chat_endpoint(self) -> Endpoint:
        """Raises EnvironmentProblem (NotConfigured is one), UsageProblem: no chat is set up, or it can't be used."""
        from tutor.assist.chat import configured

        return configured(self._engine.home)

    def chat(self, lesson: LoadedLesson) -> Conversation:
        """The conversation about a lesson, as it stands: in memory, until the app ends."""
        from tutor.assist.chat import Conversation
        from tutor.assist.tools import Desk

        if lesson.id not in self._chats:
            desk = Desk(self._engine.content, self._engine.store, lend=self._engine.warm_grader)
            self._chats[lesson.id] = Conversation(desk, lesson)
        self._chats[lesson.id].desk.device = self._engine.device
        return self._chats[lesson.id]

    def write_pack(self, lesson: LoadedLesson) -> Path:
        """Write the lesson pack into the learner's work folder and say where; one that is there is backed up.

        Raises:
            EnvironmentProblem: the folder can't be written.
        """
        from tutor.assist import lesson_pack
        from tutor.progress.files import make_folder
        from tutor.progress.keeping import write_output

        home = self._engine.home
        folder = work_folder(home)
        make_folder(folder)
        path = folder / f"{lesson.id}-pack.md"
        pack = lesson_pack(self._engine.content, lesson, self._engine.store).encode("utf-8", "replace")
        write_output(path, pack, home)
        return path

    def copy(self, text: str) -> list[CopyAttempt]:
        """Copy by the desktop's tools and into a file; the app itself asks the terminal. May take seconds."""
        from tutor.assist import copy_text

        attempts = copy_text(text, home=self._engine.home, terminal=Path(os.devnull))
        return [attempt for attempt in attempts if attempt.way != "terminal"]

    def assistants(self) -> Sequence[Assistant]:
        """The assistants that a prompt can be opened in, the one of the learner's settings first."""
        from tutor.assist import assistants
        from tutor.settings import settings_or_defaults

        first = settings_or_defaults(self._engine.home)[0].assistant
        return sorted(assistants(), key=lambda one: one.id != first)

    def hand_over(self, chosen: Assistant, prompt: str) -> Handover:
        """Open an assistant with the prompt filled in, or with the prompt copied."""
        from tutor.assist import hand_over

        # A dumb terminal is not written to: the screen is the app's, which copies by itself.
        return hand_over(chosen, prompt, home=self._engine.home, environment={**os.environ, "TERM": "dumb"})
