"""The command line's reference, read from the commands themselves: a page for each section of ``tutor --help``."""

from __future__ import annotations

import re
from typing import Any

import typer

from docs.site.tables import NOTE, code, prose, table
from tutor.cli.entry import COMMANDS, SECTIONS, program

DEFAULT = re.compile(r"\s*\[(?P<said>[^\[\]]*)\]$")


def command_group() -> Any:
    """The parser of the whole command line."""
    return typer.main.get_command(program)


def command_pages() -> dict[str, tuple[str, str]]:
    """File name -> (title, Markdown), in the order of the help."""
    group = command_group()
    context = group.make_context("tutor", [], resilient_parsing=True)
    pages = {"the-program.md": ("tutor", _program(group, context))}
    for section, commands in SECTIONS.items():
        parts = [f"# {section}\n", NOTE]
        parts += [_command(group.get_command(context, name), context, name) for name in commands]
        pages[re.sub(r"\W+", "-", section.lower()) + ".md"] = (section, "\n".join(parts))
    return pages


def _program(group: Any, context: Any) -> str:
    rows = [(code(f"tutor {name}"), help_line) for name, (_, help_line) in COMMANDS.items()]
    return "\n".join(
        [
            "# tutor\n",
            NOTE,
            f"{prose(group.help)}\n",
            "```text\ntutor [OPTIONS] COMMAND [ARGUMENTS]\n```\n",
            _parameters(group, context),
            "## Commands\n",
            table(("command", "what it does"), rows),
        ]
    )


def _command(command: Any, context: Any, name: str) -> str:
    pieces = " ".join(piece.strip("{}") for piece in command.collect_usage_pieces(context))
    usage = re.sub(r"\[\[(.*?)\]\]", r"[\1]", pieces)
    about = "\n\n".join(prose(part) for part in (command.help or "").split("\n\n"))
    return "\n".join(
        [
            f"## tutor {name}\n",
            f"{about}\n",
            f"```text\ntutor {name} {usage}\n```\n",
            _parameters(command, context),
        ]
    )


def _parameters(command: Any, context: Any) -> str:
    rows = [
        _row(parameter.param_type_name, *record)
        for parameter in command.get_params(context)
        if (record := parameter.get_help_record(context)) and "--help" not in parameter.opts
    ]
    return table(("argument or option", "what it is for", "default, bounds"), rows) if rows else ""


def _row(kind: str, name: str, about: str) -> tuple[str, str, str]:
    if kind == "argument":
        name = re.sub(r" <(?:str|path|int)>$", "", name)
    name, _, values = name.partition(" ")
    values = values.strip("<>").replace("|", " · ")  # which may break at the end of a line
    said = DEFAULT.search(about)
    about = DEFAULT.sub("", about)
    return f"{code(name)} {values}", prose(about), (said["said"].removeprefix("default: ") if said else "")
