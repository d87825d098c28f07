"""Handing a prompt to an assistant: by a link that it documents, else by the clipboard.

Which assistants document one is data, in ``assistants.yaml``.
"""

from __future__ import annotations

import difflib
import os
import sys
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tutor.assist.clipboard import CopyAttempt, copy_text
from tutor.errors import UsageProblem

_DATA = Path(__file__).with_name("assistants.yaml")


@dataclass(frozen=True)
class Assistant:
    """An assistant. ``url`` has the place ``{prompt}``; empty where none is documented (``source``)."""

    id: str
    name: str
    page: str
    url: str = ""
    source: str = ""
    limit: int = 0
    limit_of: str = "prompt"
    sends: bool = False

    def link(self, prompt: str) -> str | None:
        """The link that fills ``prompt`` in; ``None`` where none is documented, or it would be cut."""
        if not self.url:
            return None
        link = self.url.format(prompt=quote(prompt, safe=""))
        measured = link if self.limit_of == "url" else prompt
        return link if len(measured) <= self.limit else None


@dataclass(frozen=True)
class Handover:
    """What was done. ``filled``: the link carries the prompt; else it was copied (``copies``).

    ``opened`` is false where no browser could be started: show ``url`` then.
    """

    assistant: Assistant
    url: str
    filled: bool
    opened: bool
    copies: tuple[CopyAttempt, ...]


@lru_cache(maxsize=1)
def assistants() -> tuple[Assistant, ...]:
    """All that are known, in the order in which they are offered."""
    import yaml

    entries: list[dict[str, Any]] = yaml.load(_DATA.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return tuple(Assistant(**entry) for entry in entries)


def assistant(name: str, *, where: str = "--open") -> Assistant:
    """The assistant of that id or name, in any case.

    Raises:
        UsageProblem: there is none; names the nearest, or all.
    """
    known = {key.casefold(): one for one in assistants() for key in (one.id, one.name)}
    wanted = name.strip().casefold().replace(" ", "-")
    if found := known.get(wanted) or known.get(name.strip().casefold()):
        return found
    ids = [one.id for one in assistants()]
    near = difflib.get_close_matches(wanted, ids, 1)
    step = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(ids)}."
    raise UsageProblem(f"No assistant is called {name!r}.", where=where, next_step=step)


def hand_over(
    one: Assistant, prompt: str, *, home: Path | None = None, environment: Mapping[str, str] | None = None
) -> Handover:
    """Open ``one`` with ``prompt`` filled in, or copy the prompt and open its page."""
    link = one.link(prompt)
    copies = () if link else tuple(copy_text(prompt, home=home, environment=environment))
    url = link or one.page
    opened = has_desktop(os.environ if environment is None else environment) and webbrowser.open(url)
    return Handover(one, url, filled=link is not None, opened=opened, copies=copies)


def has_desktop(environment: Mapping[str, str]) -> bool:
    """Without a desktop, ``webbrowser`` would start a text browser in the learner's terminal."""
    if sys.platform in ("darwin", "win32"):
        return "SSH_CONNECTION" not in environment
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"))
