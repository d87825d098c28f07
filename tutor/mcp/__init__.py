"""The tutor as an MCP server: an assistant reads lessons, asks, hints and submits, and can't give the game away."""

from __future__ import annotations

from tutor.mcp.server import build_server

__all__ = ["build_server"]
