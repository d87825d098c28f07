"""What was heard of a grading becomes a verdict."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tutor.course import LoadedExercise
from tutor.grading import messages
from tutor.grading.run import Heard
from tutor.grading.shortage import find_shortage
from tutor.grading.submission import MAX_BYTES, Submission
from tutor.grading.verdict import CheckResult, Measurement, Table, Usage, Verdict, VerdictName
from tutor.sandbox.clean import clean_output

_NUMBER = re.compile(r"(?<![A-Za-z_])[-+−]?\d(?:[\d,.]*\d)?(?:e[-+]?\d+)?")  # not that of float32


def check_result(
    exercise: LoadedExercise, raw: dict[str, Any], path: str, device: str, lost_status: int | None = None
) -> CheckResult:
    """One ``check`` frame of the judge as the learner sees it."""
    message = messages.Message("")
    if "failure" in raw:
        message = messages.failure_message(exercise, raw["failure"])
    elif shortage := find_shortage(raw.get("error"), device):
        message = messages.shortage_message(shortage, raw["error"], path)
    elif "error" in raw:
        message = messages.error_message(exercise, raw["error"], path)
    elif "lost" in raw:
        message = messages.lost_message(raw["lost"]["name"], lost_status, raw["lost"]["why"])
    elif "why" in raw:
        message = messages.Message(raw["why"])
    return CheckResult(
        id=raw["id"],
        title=raw["title"],
        outcome=raw.get("outcome", "skipped"),
        required=raw["required"] and (device.startswith("cuda") or not raw["cuda"]),
        measurements=tuple(Measurement(**measurement) for measurement in raw.get("measurements", ())),
        message=message.text,
        misconception=message.misconception,
        hint=message.hint,
    )


def verdict(
    exercise: LoadedExercise, submission: Submission, device: str, heard: Heard, seconds: float
) -> Verdict:
    """The verdict on a grading that ended, was stopped, or lost a process."""
    path = str(submission.path)
    raw = list(heard.checks)
    known = {check["id"] for check in raw}
    raw += [check for check in heard.collected if check["id"] not in known]
    raw = _named_alike(raw)
    results = [check_result(exercise, check, path, device, heard.lost_status) for check in raw]
    checks = _tell_once(results, [_cause(check, result) for check, result in zip(raw, results, strict=True)])
    short = frozenset(check["id"] for check in raw if find_shortage(check.get("error"), device))
    name = _name(checks, heard, short)
    if heard.stopped:
        checks = _mark_stopped(checks, heard)
    message, next_step = _sum_up(name, exercise.info.id, checks, heard, short)
    done = heard.done or {}
    return Verdict(
        exercise=exercise.info.id,
        verdict=name,
        device=device,
        path=path,
        sha256=submission.sha256,
        seconds=seconds,
        checks=tuple(checks),
        usage=Usage(
            payload_bytes=done.get("payload_bytes"),
            peak_host_bytes=done.get("peak_host_bytes"),
            peak_device_bytes=_peak_device_bytes(device, heard),
            cpu_seconds=round(heard.cpu_seconds, 3),
        ),
        protections=heard.protections,
        stdout=clean_output(heard.output, heard.output_total),
        message=message,
        next_step=next_step,
        tables=tuple(Table.from_json(table) for table in heard.tables),
    )


def too_large(exercise: LoadedExercise, submission: Submission, device: str) -> Verdict:
    """The verdict on a file that is not even handed to a worker."""
    return Verdict(
        exercise=exercise.info.id,
        verdict="error",
        device=device,
        path=str(submission.path),
        sha256=submission.sha256,
        seconds=0.0,
        message=f"The file is {submission.size:,} bytes long; a solution has at most {MAX_BYTES:,}.",
        next_step="Keep data out of it: it needs only the functions of the stub.",
    )


def _peak_device_bytes(device: str, heard: Heard) -> int | None:
    """The most that a worker held on the GPU: by the driver, its CUDA context included; where the driver does not
    tell, the peak of torch's allocator, by the worker's own word. No verdict depends on it."""
    if not device.startswith("cuda"):
        return None
    told: int | None = (heard.done or {}).get("told_device_bytes")
    return told if heard.device_bytes is None else heard.device_bytes


def _name(checks: list[CheckResult], heard: Heard, short: frozenset[str] = frozenset()) -> VerdictName:
    """``short``: the checks that ran out of the device's memory."""
    if heard.stopped:
        return "timeout" if heard.stopped == "timeout" else "resource_limit"
    required = [check for check in checks if check.required]
    if any(check.id in short for check in required):
        return "resource_limit"
    if any(check.outcome == "error" for check in required):
        return "error"
    if not required or any(check.outcome != "passed" for check in required):
        return "failed"
    return "passed"


def _tell_once(checks: list[CheckResult], causes: list[str]) -> list[CheckResult]:
    """Two failures with one cause give one message: later ones point to the first."""
    told: dict[str, int] = {}
    result = []
    for number, (check, cause) in enumerate(zip(checks, causes, strict=True), 1):
        if cause in told:
            check = replace(check, message=messages.same_cause(told[cause]), hint="")
        elif cause:
            told[cause] = number
        result.append(check)
    return result


def _cause(raw: dict[str, Any], check: CheckResult) -> str:
    """What two checks have in common that fail for one reason; empty where nothing is known, or nothing failed.

    That is the misconception; else the words of a failure whatever its numbers are; else the exception and the line
    of the learner's file that raised it, whatever it says about shapes.
    """
    if check.outcome not in ("failed", "error"):
        return ""
    if check.misconception:
        return f"misconception {check.misconception}"
    if "failure" in raw:
        return f"words {_words(raw['failure'])}"
    error = raw.get("error")
    if error and error["kind"] == "raised" and error["frames"]:
        return f"raised {error['type']} {error['frames'][-1]['line']}"
    return f"message {check.message}" if check.outcome == "error" and check.message else ""


def _named_alike(raw: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Failures that differ in their numbers alone have one cause: where one of them shows which, all are so named."""
    names: dict[str, set[str]] = {}
    for check in raw:
        if "failure" in check:
            name = check["failure"].get("misconception")
            names.setdefault(_words(check["failure"]), set()).update({name} if name else ())
    result = []
    for check in raw:
        found = names[_words(check["failure"])] if "failure" in check else set()
        if len(found) == 1:
            check = {**check, "failure": {**check["failure"], "misconception": next(iter(found))}}
        result.append(check)
    return result


def _words(failure: dict[str, Any]) -> str:
    """What was expected and what came, without numbers."""
    return _NUMBER.sub("#", f"{failure['expected']} {failure['came']}")


def _mark_stopped(checks: list[CheckResult], heard: Heard) -> list[CheckResult]:
    """The check that was under way when the limit came has the error; later ones did not run."""
    result, under_way = [], True
    for check in checks:
        if check.outcome == "skipped" and not check.message:
            text = stop_message(heard) if under_way else "Not run: the grading was stopped before."
            check = replace(check, outcome="error" if under_way else "skipped", message=text)
            under_way = False
        result.append(check)
    return result


def stop_message(heard: Heard) -> str:
    """Limit, wall and CPU seconds, and the learner's line on which it stood."""
    where = (
        f" in `{heard.calling}`" if heard.calling.isidentifier() else f" while {heard.calling or 'starting'}"
    )
    line = f", at line {heard.stopped_line} of your file" if heard.stopped_line is not None else ""
    used = f"{heard.wall_seconds:.1f} s of wall time, {heard.cpu_seconds:.1f} s of CPU time"
    if heard.stopped == "timeout" and heard.cpu_seconds < 0.25 * heard.wall_seconds:
        manner = " It was waiting, not computing."
    else:
        manner = ""
    return f"Stopped at the limit of {heard.stopped_why}{where}{line} ({used}).{manner}"


def _sum_up(
    name: VerdictName, exercise: str, checks: list[CheckResult], heard: Heard, short: frozenset[str]
) -> tuple[str, str]:
    """The verdict in one line, and the next step in one."""
    required = [check for check in checks if check.required]
    if name == "passed":
        return (
            f"All {len(required)} required checks passed.",
            f"'tutor solution {exercise}' shows the reference beside yours.",
        )
    if heard.stopped:
        return stop_message(
            heard
        ), "Is there a loop that never ends, or work that a tensor operation could do at once?"
    first = next((check for check in required if check.outcome in ("error", "failed")), None)
    if first is None:
        return "No required check ran.", "Run 'tutor validate'."
    if name == "resource_limit":
        first = next(check for check in required if check.id in short)
    wrong = sum(check.outcome != "passed" for check in required)
    if name in ("error", "resource_limit"):
        return first.message.splitlines()[0], first.hint
    return f"{wrong} of {len(required)} required checks did not pass.", first.hint
