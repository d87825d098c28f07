"""What stands above a chat: which model there is and what it is sent, or what to set where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from tutor.app.text import colourless
from tutor.assist.chat import STEPS, NotConfigured

if TYPE_CHECKING:
    from tutor.assist.chat import Endpoint
    from tutor.errors import TutorProblem

SERVERS = "Any server that speaks OpenAI's protocol will do: llama.cpp, Ollama, vLLM on this machine, or a hosted one."


class ChatNotice(Static):
    """``show`` and ``show_missing`` say which of both it is."""

    def show(self, endpoint: Endpoint) -> None:
        place = "this machine" if endpoint.is_local else endpoint.machine
        told = (
            f"{endpoint.model} on {place} is sent this lesson, your last verdict and, when it looks, your file. "
            "What is said stays here until you quit, and is never written to disk."
        )
        if endpoint.is_overheard:
            told += " It goes over the network unencrypted."
        self.update(Content.styled(told, "$quiet"))
        self.set_class(False, "-missing")

    def show_missing(self, problem: TutorProblem) -> None:
        """What to set, where nothing is; else the problem and its next step."""
        if isinstance(problem, NotConfigured):
            self.update(_steps())
        else:
            head = Content.assemble(("✗ ", "bold $error"), (colourless(problem.message), "bold"))
            self.update(Content("\n\n").join([head, Content(colourless(problem.next_step))]))
        self.set_class(True, "-missing")


def _steps() -> Content:
    width = max(len(name) for name, _ in STEPS) + 2
    head = Content.assemble(("○ ", "$accent"), ("No chat is set up yet. Set, in the environment:", "bold"))
    lines = [Content.assemble((f"{name:<{width}}", "bold $primary"), about) for name, about in STEPS]
    foot = Content.assemble(
        (f"{SERVERS} ", "$quiet"),
        (",", "bold $primary"),
        (" opens the settings, ", "$quiet"),
        ("enter", "bold $primary"),
        (" looks again.", "$quiet"),
    )
    return Content("\n").join([head, Content(), *lines, Content(), foot])
