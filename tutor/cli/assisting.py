"""``tutor mcp``: the tutor as a server for an AI assistant, over standard input and output."""

from __future__ import annotations

from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, DeviceOption


def mcp_command(device: DeviceOption = "auto", content: ContentOption = None) -> int:
    """Let your AI assistant in by MCP (stdio); docs/assistants.md says how to configure it."""
    from tutor.compute.packages import require_packages

    require_packages(("mcp",), "tutor mcp")
    from tutor.assist.tools import Desk
    from tutor.mcp import build_server

    course = open_content(content)
    build_server(Desk(course, open_store(course), device)).run("stdio")
    return 0
