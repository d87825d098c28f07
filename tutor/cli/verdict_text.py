"""A verdict for people: what passed, by how much; what failed, why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutor.amounts import size
from tutor.cli import console
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.tables import table_lines
from tutor.grading import bars
from tutor.grading.verdict import HEADLINES

Json = Mapping[str, Any]

PRINTED = 8
"""Lines of the learner's output that are shown from its beginning, and as many from its end."""

_SIGNS = {"passed": ("✓", "green"), "failed": ("✗", "red"), "error": ("✗", "red"), "skipped": ("○", "dim")}
_STYLES = {"passed": "green", "failed": "red", "error": "red"}  # the others stopped, which is yellow


def verdict_text(verdict: Json) -> str:
    """A ``tutor.verdict/1`` document as text."""
    return "\n".join(_lines(verdict))


def _lines(verdict: Json) -> Iterator[str]:
    name = str(verdict["verdict"])
    title, style = HEADLINES.get(name, name), _STYLES.get(name, "yellow")
    seconds = verdict.get("seconds")
    facts = [clean(str(verdict["exercise"])), f"on {clean(str(verdict.get('device') or '?'))}"]
    facts += [f"{seconds:.1f} s"] if seconds is not None else []
    yield f"{styled(title, style)}  {styled(' · '.join(facts), 'dim')}"
    message = clean(str(verdict.get("message") or ""))
    if message:
        yield wrapped(message, "  ")
    next_step = clean(str(verdict.get("next") or ""))
    for check in verdict["checks"]:
        yield from _check(check, told=(message, next_step))
    for table in verdict.get("tables") or ():
        yield from table_lines(table)
    if verdict.get("stdout"):
        yield styled("What your code printed:", "bold")
        yield from _printed(clean(verdict["stdout"]).splitlines())
    used = _usage(verdict.get("usage") or {})
    if used:
        yield styled(used, "dim")
    if verdict.get("protections"):
        yield styled(_protections(verdict["protections"]), "dim")
    if next_step:
        yield wrapped(next_step, "      ", styled("Next: ", "bold"))


def check_line(check: Json) -> str:
    """One check in one line: ✓ or ✗, its title, and what it is when it is not an ordinary one."""
    sign, style = _SIGNS.get(check["outcome"], ("?", "red"))
    notes = " (skipped)" if check["outcome"] == "skipped" else ""
    notes += "" if check.get("required", True) else " (not required)"
    return wrapped(f"{clean(str(check.get('title') or check['id']))}{notes}", "  ", f"{styled(sign, style)} ")


def _check(check: Json, told: tuple[str, str]) -> Iterator[str]:
    """``told``: what the verdict as a whole says already, and is not said again here."""
    yield check_line(check)
    measurements = check.get("measurements") or ()
    names = max((len(str(m.get("name", ""))) for m in measurements), default=0)
    for measurement in measurements:
        share = bars.ratio(measurement)
        within = share is not None and share <= 1
        drawn, said = (clean(part) for part in bars.parts(measurement, names))
        apart = "\n" + " " * (6 + names) if len(drawn) + len(said) + 6 > console.width() else "  "
        yield f"    {styled(drawn, 'green' if within else 'yellow')}{apart}{said}"
    for label, text in (("", check.get("message")), ("Hint: ", check.get("hint"))):
        text = clean(str(text or ""))
        repeats = check["outcome"] == "error" and text.startswith("Same cause as ")
        if text and text not in told and check["outcome"] != "passed" and not repeats:
            yield wrapped(text, "    " + " " * len(label), "    " + styled(label, "bold"))


def _printed(lines: Sequence[str]) -> Iterator[str]:
    """What the learner printed: its beginning and its end, so that the checks above stay on the screen."""
    left_out = len(lines) - 2 * PRINTED
    shown = lines if left_out <= 1 else [*lines[:PRINTED], "", *lines[-PRINTED:]]
    for place, line in enumerate(shown):
        if left_out > 1 and place == PRINTED:
            yield styled(f"  … {left_out:,} lines are left out here; --json holds them", "dim")
        else:
            yield f"  {line}"


def _usage(usage: Json) -> str:
    parts = []
    for key, label in (
        ("payload_bytes", "payload"),
        ("peak_host_bytes", "peak memory"),
        ("peak_device_bytes", "peak GPU memory"),
    ):
        if usage.get(key) is not None:
            parts.append(f"{label} {size(usage[key])}")
    if usage.get("cpu_seconds") is not None:
        parts.append(f"{usage['cpu_seconds']:.1f} CPU seconds")
    return f"Used: {', '.join(parts)}" if parts else ""


def _protections(protections: Json) -> str:
    active = [name for name, state in protections.items() if state == "active"]
    missing = [
        f"{name} ({str(state).partition(':')[2].strip() or state})"
        for name, state in protections.items()
        if state != "active"
    ]
    text = f"Protections: {len(active)} of {len(protections)} active"
    return clean(text + (f"; not {', '.join(missing)}" if missing else ""))


def announce(number: int | None, of: int | None, check: Json) -> str:
    """A check as it ends, while the others still run: ``[2/5] ✓ Each row …``."""
    place = f"[{number}/{of}] " if number and of else ""
    return styled(place, "dim") + check_line(check)
