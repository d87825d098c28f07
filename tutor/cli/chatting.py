"""``tutor chat``: a lesson, talked over with a model of the learner's choice, line by line."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

from tutor.cli import console
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.conversing import LEAVE, Left, next_line
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, DeviceOption, JsonOption, OptionalLessonArgument
from tutor.cli.problems import document_of, tell
from tutor.errors import UsageProblem
from tutor.paths import tutor_home

if TYPE_CHECKING:
    from tutor.assist.chat import Conversation, Endpoint, Event
    from tutor.course import Content, LoadedLesson
    from tutor.progress import Store

ANEW = ":new"


def chat_command(
    lesson: OptionalLessonArgument = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """Talk a lesson over with a model of your choice: it reads the lesson, and may use the same tools as by MCP.

    Any server that speaks OpenAI's protocol: TUTOR_CHAT_URL and TUTOR_CHAT_MODEL (or 'tutor config') say which,
    TUTOR_CHAT_KEY holds its key where it asks for one; or keep the key in the keyring, by 'keyring set tutor HOST'.
    A line is a question. With --json all of the input is one, and the answer one document. Nothing is kept on disk.
    """
    from tutor.assist.chat import Conversation, configured
    from tutor.assist.tools import Desk

    course = open_content(content)
    endpoint = configured(tutor_home())
    store = open_store(course)
    loaded = course.lesson(lesson) if lesson is not None else _here(course, store)
    desk = Desk(course, store, device)
    conversation = Conversation(desk, loaded)
    with asyncio.Runner() as runner:
        try:
            if json:
                return _as_json(runner, conversation, endpoint)
            return _session(runner, conversation, endpoint)
        finally:
            runner.run(desk.close())


def _here(course: Content, store: Store) -> LoadedLesson:
    """The lesson at which the learner is."""
    from tutor.progress import standing

    step = standing(course, store).next
    if step.kind == "exercise":
        return course.lesson(course.exercise(step.id).lesson)
    return course.lesson(step.id) if step.kind in ("lesson", "quiz") else course.lessons[-1]


def _session(runner: asyncio.Runner, conversation: Conversation, endpoint: Endpoint) -> int:
    """Questions until there are none. The exit code of the last answer, or 0 where a person sits there."""
    person = console.is_interactive()
    if person:
        console.write(
            f"About '{clean(conversation.lesson.title)}', with {clean(endpoint.model)} at {endpoint.host}."
        )
        console.write(
            styled(
                wrapped(f"Ctrl+C stops an answer, {ANEW} forgets all, {LEAVE} leaves. {_kept(endpoint)}"),
                "dim",
            )
        )
    code = 0
    while True:
        try:
            line = next_line("\n> " if person else "").strip()
        except Left:
            return 0 if person else code
        if line == ANEW:
            conversation.begin_anew()
        elif line:
            try:
                code = runner.run(_answer(conversation, line, endpoint))
            except KeyboardInterrupt:
                if not person:
                    raise
                console.write("\n" + styled("Stopped.", "dim"))


def _kept(endpoint: Endpoint) -> str:
    """What becomes of what is said, in a sentence or two."""
    told = "Nothing of it is written to disk."
    return f"{told} It goes over the network unencrypted." if endpoint.is_overheard else told


async def _answer(conversation: Conversation, question: str, endpoint: Endpoint) -> int:
    """Print the answer as it comes; its exit code."""
    from tutor.assist.chat import Called, Failed, Noted, Said, Thinking

    console.status(f"waiting for {endpoint.model}")
    code, at_start = 0, True
    try:
        async with aclosing(conversation.ask(question, endpoint)) as events:
            async for event in events:
                if isinstance(event, Said):
                    console.write(event.text, end="")
                    at_start = event.text.endswith("\n")
                    continue
                if isinstance(event, Thinking):
                    console.status(f"{endpoint.model} is thinking")
                    continue
                if not at_start:
                    console.write()
                    at_start = True
                if isinstance(event, Called):
                    console.write(styled(f"[{event.tool} {event.told}".rstrip() + "]", "dim"))
                    console.status(f"{event.tool} is running")
                elif isinstance(event, Noted):
                    console.write(styled(wrapped(clean(event.text)), "dim"))
                elif isinstance(event, Failed):
                    code = tell(event.problem, as_json=False)
    except UsageProblem as problem:
        code = tell(problem, as_json=False)
    finally:
        console.status("")
    return code


def _as_json(runner: asyncio.Runner, conversation: Conversation, endpoint: Endpoint) -> int:
    """All of the input as one question; the answer, or the problem with what came of the answer, as one document."""
    question = sys.stdin.read()
    events: list[Event] = runner.run(_gathered(conversation, question, endpoint))
    from tutor.assist.chat import Called, Failed, Noted, Returned

    answer = conversation.turns[-1].text
    failed = next((event.problem for event in events if isinstance(event, Failed)), None)
    if failed is not None:
        console.write_json({**document_of(failed), "answer": answer})
        return failed.exit_code
    called = [event for event in events if isinstance(event, Called)]
    returned = [event for event in events if isinstance(event, Returned)]
    console.write_json(
        {
            "schema": "tutor.chat/1",
            "lesson": conversation.lesson.id,
            "model": endpoint.model,
            "question": conversation.turns[-1].question,
            "answer": answer,
            "tools": [
                {"tool": call.tool, "about": call.told, "ok": end.ok}
                for call, end in zip(called, returned, strict=False)
            ],
            "notes": [event.text for event in events if isinstance(event, Noted)],
        }
    )
    return 0


async def _gathered(conversation: Conversation, question: str, endpoint: Endpoint) -> list[Event]:
    async with aclosing(conversation.ask(question, endpoint)) as events:
        return [event async for event in events]
