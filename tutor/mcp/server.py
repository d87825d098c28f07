"""An MCP server over the tools of ``tutor.assist.tools``, the lessons as resources, the three prompts as prompts.

The protocol: https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from tutor import __version__
from tutor.assist import LEVELS, prompt_text
from tutor.assist.tools import INSTRUCTIONS, WRITES, Desk, Tool, name_of, seconds_of, tools_of
from tutor.assist.tools.calling import within
from tutor.errors import TutorProblem

if TYPE_CHECKING:
    from tutor.course import LoadedLesson


def build_server(desk: Desk) -> MCPServer[Any]:
    """The server for one learner at one desk; its end ends the grader's processes."""

    @asynccontextmanager
    async def lifespan(_: MCPServer[Any]) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await desk.close()

    server: MCPServer[Any] = MCPServer(
        "quantization-tutor",
        title=desk.content.title,
        instructions=INSTRUCTIONS,
        version=__version__,
        lifespan=lifespan,
        log_level="ERROR",
    )
    for tool in tools_of(desk):
        name = name_of(tool)
        server.add_tool(
            guarded(tool, seconds_of(tool)),
            name=name,
            annotations=ToolAnnotations(
                read_only_hint=name not in WRITES, destructive_hint=False, open_world_hint=False
            ),
            structured_output=False,
        )
    for lesson in desk.content.lessons:
        _add_resource(server, lesson)
    for level in LEVELS:
        _add_prompt(server, desk, level)
    return server


def guarded(tool: Tool, seconds: float) -> Tool:
    """The tool within its time, its problems told in one line that an assistant can act on."""

    timed = within(tool, seconds)

    @functools.wraps(timed)
    async def call(**arguments: Any) -> str:
        try:
            return await timed(**arguments)
        except TutorProblem as problem:
            raise ToolError(str(problem)) from None

    return call


def _add_resource(server: MCPServer[Any], lesson: LoadedLesson) -> None:
    def text() -> str:
        steps = (f"## {step.title}\n\n{step.markdown.strip()}" for step in lesson.info.steps)
        return "\n\n".join([f"# {lesson.title}", lesson.info.summary.strip(), *steps])

    server.resource(
        f"tutor://lessons/{lesson.id}",
        name=lesson.id,
        title=lesson.title,
        description=" ".join(lesson.info.summary.split()),
        mime_type="text/markdown",
    )(text)


def _add_prompt(server: MCPServer[Any], desk: Desk, level: str) -> None:
    async def prompt(
        lesson: Annotated[str, Field(max_length=100, description="The lesson's id, such as bits.")],
    ) -> str:
        try:
            loaded = desk.content.lesson(lesson)
            return prompt_text(loaded, level, desk.store, content=desk.content)
        except TutorProblem as problem:
            raise ResourceError(str(problem)) from None

    server.prompt(name=level, description=f"The {level} prompt of a lesson, filled in for this learner.")(
        prompt
    )
