"""The ``tutor`` program: its commands, each loaded only when it is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tutor import __version__
from tutor.cli import console, copying
from tutor.cli.ending import signals_cancel
from tutor.cli.options import ContentOption
from tutor.cli.problems import guarded
from tutor.cli.quick import QuickCommand, quickened
from tutor.errors import UsageProblem

# section -> command -> (module of tutor.cli, its one line of help). A command's function is `NAME_command`.
SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Learn": {
        "list": ("listing", "The modules, lessons and exercises, and where you stand."),
        "lesson": ("reading", "Read a lesson."),
        "demo": ("demonstrating", "Run a lesson's demo, with its knobs as options."),
        "quiz": ("quizzing", "Be asked about a lesson, what is due, or to be placed."),
        "prompts": ("prompting", "A lesson's three prompts for your AI assistant."),
        "chat": ("chatting", "Talk a lesson over with a model of your choice."),
        "glossary": ("explaining", "What a term of the field means, in two lines."),
        "search": ("searching", "Where lessons, terms and exercises speak of something."),
    },
    "Write and submit": {
        "start": ("starting", "Write an exercise's stub, and print where it is."),
        "try": ("trying", "Run your file on the public examples, ungraded."),
        "look": ("looking", "What your quantizer does to a public matrix, as pictures, ungraded."),
        "submit": ("submitting", "Grade your file by the hidden checks."),
        "watch": ("watching", "Grade at once and at each save."),
        "practice": ("starting", "Do an exercise again, from the stub."),
        "hint": ("helping", "The next hint."),
        "diff": ("helping", "Your file against the stub."),
        "solution": ("helping", "The reference and other right solutions, after a pass."),
    },
    "Progress": {
        "progress": ("progressing", "What is passed, seen, due and weak."),
        "map": ("mapping", "Error against bits per weight: your quantizers among the known schemes."),
        "lab": ("comparing", "Quantize a whole model with your file, beside int8, NF4, GPTQ and AWQ."),
        "backups": ("restoring", "Kept versions of your files; bring one back."),
        "report": ("reporting", "What a bug report needs: versions, verdict, doctor."),
        "export": ("exporting", "Write your progress, or the course, to a file."),
        "import": ("exporting", "Merge progress that was exported."),
    },
    "Teach": {
        "grade": ("grading", "Grade a folder of submissions, or the export of a class."),
        "autograder": ("packing", "The course as an autograder for Gradescope, one zip file."),
        "verify": ("verifying", "Whether a signed result was altered, and which content graded it."),
    },
    "Course and machine": {
        "course": ("collecting", "Courses from elsewhere: add, list, remove them."),
        "model": ("modelling", "The real language models: fetch, list, measure, remove them."),
        "new": ("creating", "Begin a lesson or an exercise of your own."),
        "author": ("authoring", "See your course in the app as you write it."),
        "validate": ("validating", "Prove a course: each exercise against its own grader."),
        "mcp": ("assisting", "Let your AI assistant in by MCP: it reads, asks, hints and submits."),
        "web": ("serving", "The app in a browser, on this machine alone."),
        "config": ("configuring", "Your settings: show them, or set one."),
        "doctor": ("examining", "What this machine can do, and what to do about the rest."),
    },
}
COMMANDS = {name: entry for commands in SECTIONS.values() for name, entry in commands.items()}


class Commands(TyperGroup):
    """The table above as a command group that imports a command's module when it is used."""

    def get_params(self, ctx: Any) -> list[Any]:
        return quickened(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, help_line = COMMANDS[cmd_name]
        function = getattr(import_module(f"tutor.cli.{module}"), f"{cmd_name}_command")
        settings = getattr(function, "context_settings", None)
        alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        alone.command(cmd_name, cls=QuickCommand, short_help=help_line, context_settings=settings)(function)
        return typer.main.get_command(alone)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise _unknown_command(args[0])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for section, commands in SECTIONS.items():
            with formatter.section(section):
                formatter.write_dl([(name, help_line) for name, (_, help_line) in commands.items()])


def _unknown_command(name: str) -> UsageProblem:
    from difflib import get_close_matches

    nearest = get_close_matches(name.lower(), COMMANDS, n=2, cutoff=0.5)
    guess = f"Did you mean {' or '.join(repr(match) for match in nearest)}? " if nearest else ""
    return UsageProblem(
        f"There is no command '{name[:60]}'.",
        where="tutor",
        next_step=f"{guess}'tutor --help' lists the commands.",
    )


program = typer.Typer(
    cls=Commands, rich_markup_mode=None, pretty_exceptions_enable=False, invoke_without_command=True
)


def _version(asked: bool) -> None:
    if asked:
        console.write(f"tutor {__version__}")
        raise typer.Exit


@program.callback()
def tutor(
    ctx: typer.Context,
    plain: Annotated[
        bool, typer.Option("--plain", help="Without the app, without bars and boxes: for screen readers.")
    ] = False,
    content: ContentOption = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> int:
    """A self-paced quantization tutor: read, run, be quizzed, write, submit, get a verdict.

    Without a command it opens the app; where no terminal is, it prints the course map and the next step.
    """
    if content is not None:  # for the command that follows, and for the app
        from tutor.paths import course_place

        os.environ["TUTOR_CONTENT"] = str(course_place(content))
    if plain:
        from tutor.cli import linear

        linear.turn_on()
    if ctx.invoked_subcommand is not None:
        return 0
    if plain or not console.is_interactive():
        from tutor.cli.plain import session

        return session(content)
    return _app(content)


def _app(content: Path | None) -> int:
    from tutor.app import run as run_app
    from tutor.paths import content_root, tutor_home

    if not sys.stderr.isatty():  # Textual draws on standard error, which must then be the terminal too
        os.dup2(sys.stdout.fileno(), sys.__stderr__.fileno() if sys.__stderr__ else 2)
    result = run_app(content_root(content), tutor_home())
    return result if isinstance(result, int) else 0


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    console.prepare_streams()

    def invoke() -> int:
        result = typer.main.get_command(program).main(words, prog_name="tutor", standalone_mode=False)
        return result if isinstance(result, int) else 0

    with signals_cancel(), copying.remembered():
        return guarded(invoke, words)
