"""One authored message for each failure: what was expected, what came, what it looks like, the next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from tutor.course import LoadedExercise
from tutor.grading.shortage import Shortage
from tutor.grading.verdict import PROCESS_ENDED
from tutor.sandbox.clean import clean_text

MAX_FRAMES_SHOWN = 8


@dataclass(frozen=True)
class Message:
    """``text`` says what happened; ``hint`` the next step; ``misconception`` the id it looks like."""

    text: str
    hint: str = ""
    misconception: str | None = None


def failure_message(exercise: LoadedExercise, failure: Mapping[str, Any]) -> Message:
    """A check's demand was not met."""
    text = f"Expected {failure['expected']}. Came: {failure['came']}."
    misconception = exercise.misconception(failure.get("misconception") or "")
    if misconception is None:
        return Message(
            text, "'tutor hint' gives the next hint; 'tutor try' shows your functions on the public example."
        )
    hints = exercise.info.hints
    hint = hints[misconception.hint - 1] if misconception.hint <= len(hints) else ""
    text = f"{text} This looks like {misconception.thought.rstrip('.')}. {misconception.message.strip()}"
    return Message(text, hint.strip(), misconception.id)


def error_message(exercise: LoadedExercise, error: Mapping[str, Any], file: str) -> Message:
    """The learner's code raised, did not load, or returned what cannot be judged."""
    kind, name = error["kind"], error["name"]
    file = clean_text(file, 1000, single_line=True)
    file_name = PurePath(file).name
    if kind == "unwritten":
        unwritten = _last_function(error) or name or "a function"
        return Message(
            f"`{unwritten}` is not written yet.",
            f"Open {file}, replace its 'raise NotImplementedError', save, and submit again; "
            f"'tutor hint {exercise.info.id}' gives a first hint.",
        )
    if kind == "missing":
        defined = ", ".join(f"`{n}`" for n in error["defined"]) or "no function"
        return Message(
            f"Expected a function `{name}`. Came: {file_name} defines {defined}.",
            f"Define it as {_signature(exercise, name)}; "
            f"'tutor diff {exercise.info.id}' shows what changed since the stub.",
        )
    if kind == "not-callable":
        return Message(
            f"Expected `{name}` to be a function. Came: a {error['type']}.", "Is the name used twice?"
        )
    if kind == "arguments":
        return Message(
            f"Expected {_signature(exercise, name)}. Came: `{error['signature']}`, which can't take "
            f"{_count(error['given'], 'argument')} ({error['message']}).",
            "Keep the stub's parameters, in its order.",
        )
    if kind == "unsendable":
        return Message(
            f"Expected `{name}` to return plain tensors or numbers. Came: {error['message']}.",
            f"It should be {_signature(exercise, name)}.",
        )
    if kind == "exit":
        return Message(
            f"Your code ended the program ({error['type']}) instead of returning.\n{_trace(error, file_name)}".strip(),
            "Remove the call of exit.",
        )
    if kind == "syntax":
        return _syntax_message(error, file_name)
    hint = _second_process_hint(exercise, error) or _raised_hint(exercise)
    return Message(f"Your code raised {error['type']}.\n{_trace(error, file_name)}", hint)


_NO_UTF_8 = "invalid or missing encoding declaration"  # so Python says of the first two lines


def _syntax_message(error: Mapping[str, Any], file_name: str) -> Message:
    """Python could not read the file: a line of it is wrong, or its bytes are no text, and then no line is named."""
    trace = _trace(error, file_name)
    if not error["frames"] and (error["type"] == "UnicodeDecodeError" or _NO_UTF_8 in error["message"]):
        return Message(
            f"{file_name} is not valid Python: it is no UTF-8 text, nor in an encoding that it names.\n{trace}",
            "Save it as UTF-8, or name its encoding in the first line, such as '# -*- coding: latin-1 -*-'.",
        )
    return Message(f"{file_name} is not valid Python.\n{trace}", "Mend that line and save.")


def shortage_message(shortage: Shortage, error: Mapping[str, Any], file: str) -> Message:
    """The learner's code asked the GPU for more memory than it has."""
    file_name = PurePath(clean_text(file, 1000, single_line=True)).name
    return Message(
        f"{shortage}\n{_trace(error, file_name)}",
        "Work on some rows at a time, and let go of what is done with ('del'). "
        "'tutor doctor' shows how much of the GPU is free.",
    )


def lost_message(name: str, status: int | None, why: str) -> Message:
    """The process that ran the learner's code is gone or broke the protocol."""
    where = f"in `{name}`" if name.isidentifier() else f"while {name}"
    if why != PROCESS_ENDED:  # how it ended afterwards says nothing
        status = None
    if status is not None and status < 0:
        return Message(
            f"The process that ran your code was ended by signal {-status} {where}.", _KEEP_RETURNING
        )
    if status is not None:
        return Message(
            f"The process that ran your code ended itself (exit status {status}) {where}.", _KEEP_RETURNING
        )
    return Message(f"The process that ran your code could not go on {where}: {why}.", _KEEP_RETURNING)


def same_cause(number: int) -> str:
    """What a later check says when check ``number`` (counted from 1) has told the cause."""
    return f"Same cause as check {number}."


_KEEP_RETURNING = (
    "A function gives its result by 'return'; it does not exit, and leaves its process as it is."
)


def _raised_hint(exercise: LoadedExercise) -> str:
    return f"'tutor try {exercise.info.id}' runs your functions on the public example, with prints and breakpoint()."


def _second_process_hint(exercise: LoadedExercise, error: Mapping[str, Any]) -> str:
    """Where a function of the second process misses something: what can be there, and what can't. Else empty."""
    misses = error["type"] in ("NameError", "KeyError", "AttributeError")
    misses = misses or (error["type"] == "TypeError" and "None" in error["message"])
    if error["kind"] != "raised" or not misses or not error["frames"]:
        return ""
    name = error["frames"][0]["name"]
    before = [f"`{function.name}`" for function in exercise.info.interface if function.process == "first"]
    if not before or name not in {f.name for f in exercise.info.interface if f.process == "second"}:
        return ""
    return (
        f"`{name}` runs in another process than {' and '.join(before)}: only what was returned there is here, "
        "no globals that were set and nothing that was kept elsewhere. "
        f"'tutor try {exercise.info.id}' runs all in one process, where that does not show."
    )


def _signature(exercise: LoadedExercise, name: str) -> str:
    for function in exercise.info.interface:
        if function.name == name:
            return f"`{function.signature}`"
    return f"`{name}`"


def _last_function(error: Mapping[str, Any]) -> str:
    frames = error["frames"]
    return str(frames[-1]["name"]) if frames and frames[-1]["name"] != "<module>" else ""


def _trace(error: Mapping[str, Any], file_name: str) -> str:
    frames = error["frames"]
    shown = frames[-MAX_FRAMES_SHOWN:]
    lines = []
    for frame in shown:
        function = f" in {frame['name']}" if frame["name"] and frame["name"] != "<module>" else ""
        lines.append(f"  {file_name}, line {frame['line']}{function}")
        if frame["text"]:
            lines.append(f"    {frame['text']}")
    lines.append(f"{error['type']}: {error['message']}".rstrip(": "))
    return "\n".join(lines)


def _count(number: int | None, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number is not None else f"these {noun}s"
