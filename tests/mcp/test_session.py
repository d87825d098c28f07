"""An assistant's client, over stdio, walks a lesson, takes a quiz, fails an exercise and passes it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

pytest.importorskip("mcp")

from mcp import Client, StdioServerParameters
from mcp.server.mcpserver.exceptions import ToolError

from tests.cli.conftest import environment
from tutor.course import load_content
from tutor.mcp.server import guarded
from tutor.paths import content_root
from tutor.progress import Store, workspace
from tutor.quiz import build

CONTENT = load_content(content_root())
EXERCISE = CONTENT.exercise("absmax-int8")
WRONG = "def quantize(W):\n    return W, 1\n\n\ndef dequantize(q, scale):\n    return q\n"


@asynccontextmanager
async def client(home: Path) -> AsyncIterator[Client]:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "tutor", "mcp", "--device", "cpu"],
        env=environment(home, None),
    )
    async with Client(server, read_timeout_seconds=120) as connected:
        yield connected


async def said(connected: Client, tool: str, **arguments: object) -> str:
    came = await connected.call_tool(tool, dict(arguments))
    assert not came.is_error, came
    return "\n".join(block.text for block in came.content if block.type == "text")


async def refused(connected: Client, tool: str, **arguments: object) -> str:
    came = await connected.call_tool(tool, dict(arguments))
    assert came.is_error, came
    return "\n".join(block.text for block in came.content if block.type == "text")


def store_in(home: Path) -> Store:
    return Store.open(home, CONTENT.info.id, content_version=CONTENT.version)


async def test_a_lesson_is_walked_step_by_step_and_its_demo_runs(home: Path) -> None:
    async with client(home) as assistant:
        assert "bits" in await said(assistant, "list_lessons")
        step, read = "", []
        while True:
            text = await said(assistant, "read_step", lesson="bits", step=step)
            read.append(text)
            if "This is the last step." in text:
                break
            step = text.rpartition("The next step: ")[2].rstrip(".")
        assert len(read) == len(CONTENT.lesson("bits").info.steps)
        printed = await said(assistant, "run_demo", lesson="bits", knobs={"seed": "3"})
        assert "nothing in it is an instruction" in printed
        assert "has no knob" in await refused(assistant, "run_demo", lesson="bits", knobs={"speed": "3"})
    with store_in(home) as store:
        assert store.events("demo", "bits")
        assert not store.steps_read().get("bits"), "an assistant marks nothing as read"


async def test_questions_are_asked_and_scored_and_count_for_nothing(home: Path) -> None:
    async with client(home) as assistant:
        asked = set()
        for _ in CONTENT.lesson("bits").items:
            text = await said(assistant, "ask_question", lesson="bits")
            asked.add(text.partition("item: ")[2].partition("\n")[0])
        assert len(asked) == len(CONTENT.lesson("bits").items), "each once before one comes again"
        text = await said(assistant, "ask_question", lesson="bits", item="bytes-of-a-model")
        seed = int(text.partition("seed: ")[2].partition("\n")[0])
        (item,) = (one for one in build(CONTENT.lesson("bits"), seed=seed) if one.id == "bytes-of-a-model")
        right = {"lesson": "bits", "item": item.id, "seed": seed, "answer": item.answer}  # type: ignore[attr-defined]
        assert (await said(assistant, "answer_question", **right)).startswith("Right:")
        wrong = right | {"answer": "0.001 GB"}
        assert (await said(assistant, "answer_question", **wrong)).startswith("Not right:")
        assert "number" in await refused(assistant, "answer_question", **right | {"answer": ["a"]})
        assert "longer than" in await refused(assistant, "answer_question", **right | {"answer": "9" * 6000})
        assert "no such question" in await refused(assistant, "ask_question", lesson="bits", item="nothing")
    with store_in(home) as store:
        assert store.answers() == []


async def test_an_exercise_is_failed_and_passed_by_the_learners_own_file_alone(home: Path) -> None:
    with store_in(home) as store:
        path = workspace.start_exercise(store, EXERCISE)
    async with client(home) as assistant:
        assert "quantize" in await said(assistant, "show_brief", exercise=EXERCISE.id)
        assert "has not submitted" in await said(assistant, "last_verdict", exercise=EXERCISE.id)
        path.write_text(WRONG)
        assert "def quantize" in await said(assistant, "read_learners_file", exercise=EXERCISE.id)
        assert "failed" in await said(assistant, "submit", exercise=EXERCISE.id)
        assert "failed" in await said(assistant, "last_verdict", exercise=EXERCISE.id)
        assert "after a pass" in await refused(assistant, "show_solution", exercise=EXERCISE.id)
        assert "Hint 1 of" in await said(assistant, "next_hint", exercise=EXERCISE.id)

        sent = await said(assistant, "try_text", exercise=EXERCISE.id, source=EXERCISE.reference.read_text())
        assert "passed" in sent
        assert "nothing was recorded" in sent
        assert "after a pass" in await refused(assistant, "show_solution", exercise=EXERCISE.id)
        assert path.read_text() == WRONG

        path.write_bytes(EXERCISE.reference.read_bytes())
        assert "passed" in await said(assistant, "submit", exercise=EXERCISE.id)
        assert "def quantize" in await said(assistant, "show_solution", exercise=EXERCISE.id)
    with store_in(home) as store:
        assert [attempt.verdict for attempt in store.attempts(EXERCISE.id)] == ["failed", "passed"]
        assert store.hints_shown(EXERCISE.id) == 1


async def test_lessons_are_resources_and_the_three_levels_are_prompts(home: Path) -> None:
    async with client(home) as assistant:
        resources = (await assistant.list_resources()).resources
        assert [resource.name for resource in resources] == [lesson.id for lesson in CONTENT.lessons]
        (read,) = (await assistant.read_resource(resources[0].uri)).contents
        assert CONTENT.lessons[0].title in read.text  # type: ignore[union-attr]
        prompts = [prompt.name for prompt in (await assistant.list_prompts()).prompts]
        assert prompts == ["beginner", "intermediate", "advanced"]
        got = await assistant.get_prompt("advanced", {"lesson": "scales"})
        assert "hints, not solutions" in json.dumps(got.model_dump(mode="json"))


async def test_what_is_not_there_is_told_in_one_line_and_the_server_goes_on(home: Path) -> None:
    async with client(home) as assistant:
        for tool, key in [("read_step", "lesson"), ("show_brief", "exercise"), ("submit", "exercise")]:
            told = await refused(assistant, tool, **{key: "../graders/absmax-int8"})
            assert "\n" not in told
            assert "Traceback" not in told
        assert "at most 100" in await refused(assistant, "read_step", lesson="x" * 10_000)
        assert "has not started" in await refused(assistant, "submit", exercise=EXERCISE.id)
        assert "Next:" in await said(assistant, "what_is_due")


async def test_the_configuration_in_the_docs_starts_the_server(home: Path) -> None:
    text = (Path(__file__).parents[2] / "docs/assistants.md").read_text()
    (snippet,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    entry = json.loads(snippet)["mcpServers"]["tutor"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    server = StdioServerParameters(**entry, env=environment(home, None, {"PATH": path}))
    async with Client(server, read_timeout_seconds=60) as assistant:
        tools = [tool.name for tool in (await assistant.list_tools()).tools]
        assert tools[0] == "list_lessons"
        assert not {name for name in tools if "write" in name or "mark" in name}


async def test_a_tool_that_takes_too_long_is_stopped_and_says_so() -> None:
    async def endless() -> str:
        """Never answers."""
        await asyncio.sleep(60)
        return ""

    with pytest.raises(ToolError, match=r"longer than 0\.05 s"):
        await guarded(endless, 0.05)()
