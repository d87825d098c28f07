"""From an exception to an exit code: one clear message, never a traceback of ours."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import typer
from typer.exceptions import TyperException

from tutor import __version__
from tutor.cli import console
from tutor.cli.copying import copyable
from tutor.errors import ContentProblem, EnvironmentProblem, GraderFault, TutorProblem, UsageProblem

CANCELLED = 130
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_NO_NAMES = (errno.ENAMETOOLONG, errno.ELOOP)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether the words of a command line ask for JSON, even if they cannot be parsed."""
    words = list(arguments)
    words = words[: words.index("--")] if "--" in words else words
    return "--json" in words or "--json-lines" in words


def guarded(run: Callable[[], int], arguments: Sequence[str]) -> int:
    """The exit code of ``run``; whatever it raises is told in one message."""
    as_json = wants_json(arguments)
    try:
        code = run()
        if code == CANCELLED:
            console.write_error("Cancelled.")
        return code
    except (KeyboardInterrupt, typer.Abort):
        console.write_error("Cancelled.")
        return CANCELLED
    except TutorProblem as problem:
        return tell(problem, as_json)
    except TyperException as error:
        return tell(_usage(error), as_json)
    except OSError as error:
        return tell(_of_the_machine(error) or _crash(error, arguments), as_json)
    except ModuleNotFoundError as error:
        return tell(_missing_package(error) or _crash(error, arguments), as_json)
    except MemoryError as error:
        return tell(EnvironmentProblem("The machine has no memory left.", next_step=str(error)), as_json)
    except Exception as error:
        return tell(_crash(error, arguments), as_json)


def tell(problem: TutorProblem, as_json: bool) -> int:
    """Print a problem (stderr, or its JSON document on stdout) and return its exit code."""
    document = document_of(problem)
    if as_json:
        console.write_json(document, one_line=True)
        return problem.exit_code
    console.write_error(console.styled("tutor: ", "red", sys.stderr) + str(document["message"]))
    if document["where"]:  # a path is not broken over lines
        console.write_error(f"  where: {document['where']}")
    if document["next"]:
        console.write_error(console.wrapped(str(document["next"]), "         ", "  next:  "))
    return problem.exit_code


def document_of(problem: TutorProblem) -> dict[str, object]:
    """A problem's JSON document, with a next step whatever it is, and nothing in it that a terminal would obey."""
    document = problem.to_json()
    document["next"] = copyable(str(document["next"] or _next_step(problem)))
    return document | {key: console.clean(value) for key, value in document.items() if isinstance(value, str)}


def _next_step(problem: TutorProblem) -> str:
    """What can be done about any problem of its kind."""
    if isinstance(problem, ContentProblem):
        return "Mend that place; 'tutor validate' lists every problem of a course."
    if isinstance(problem, UsageProblem):
        return "'tutor --help' lists the commands, 'tutor list' the ids."
    return "'tutor doctor' says what this machine lacks."


def _usage(error: TyperException) -> UsageProblem:
    """The parser's complaint as a problem: its words, the nearest option, where help is."""
    message = error.format_message().strip().replace("Value error, ", "")
    nearest = getattr(error, "possibilities", None) or ()
    if nearest:
        message = f"{error.message.rstrip('.')}."
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "tutor"
    guess = f"Did you mean {' or '.join(sorted(nearest))}? " if nearest else ""
    return UsageProblem(message, where=path, next_step=f"{guess}'{path} --help' shows how it is used.")


def _of_the_machine(error: OSError) -> TutorProblem | None:
    place = str(error.filename) if error.filename is not None else ""
    if error.errno in _NO_NAMES:
        reason = os.strerror(error.errno or 0)
        return UsageProblem(
            f"No file can be called so: {reason}.", where=place[:200], next_step="Name another."
        )
    if error.errno in _NO_SPACE:
        return EnvironmentProblem(
            "No space is left.", where=place, next_step="Make room, then run the same again."
        )
    if error.errno in _NOT_ALLOWED:
        reason = os.strerror(error.errno or 0)
        return EnvironmentProblem(
            f"{reason}.",
            where=place,
            next_step="Check whose it is and who may write it, or set TUTOR_HOME to another folder.",
        )
    return None


def _missing_package(error: ModuleNotFoundError) -> EnvironmentProblem | None:
    name = (error.name or "").partition(".")[0]
    if name in ("", "tutor"):
        return None
    return EnvironmentProblem(
        f"The package '{name}' is not installed.",
        where=sys.executable,
        next_step=f"Run: {sys.executable} -m pip install {name}",
    )


def _crash(error: Exception, arguments: Sequence[str]) -> GraderFault:
    """What we did not foresee: kept in a file for a bug report, told in one line."""
    report = _crash_report(error, arguments)
    return GraderFault(
        f"The tutor itself failed ({type(error).__name__}). Nothing you wrote is lost.",
        where=str(report) if report else "",
        next_step="Run it again; if it stays, send this report with 'tutor report'.",
    )


def _crash_report(error: Exception, arguments: Sequence[str]) -> Path | None:
    from tutor.paths import tutor_home

    lines = [f"tutor {__version__}", f"python {sys.version}", f"arguments {list(arguments)!r}", ""]
    text = "\n".join(lines) + "".join(traceback.format_exception(error))
    name = f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    for folder in (tutor_home() / "crashes", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", errors="replace")
        except OSError:
            continue
        return folder / name
    return None
