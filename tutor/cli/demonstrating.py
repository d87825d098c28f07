"""``tutor demo``: a lesson's demo, its output as it comes, its knobs as options."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.amounts import size
from tutor.cli import console
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, DeviceOption, LessonArgument
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.course import LoadedLesson
    from tutor.course.models import Demo


def demo_command(
    ctx: typer.Context,
    lesson: LessonArgument,
    device: DeviceOption = "auto",
    knob: Annotated[
        list[str] | None,
        typer.Option("--knob", metavar="NAME=VALUE", help="Turn a knob; also as --NAME VALUE."),
    ] = None,
    content: ContentOption = None,
) -> int:
    """Run a lesson's demo. Its knobs are options too: tutor demo LESSON --seed 3."""
    from tutor.compute.devices import resolve_device
    from tutor.course.knobs import knob_arguments
    from tutor.progress.demos import remember_demo

    course = open_content(content)
    loaded = course.lesson(lesson)
    demo = loaded.info.demo
    if demo is None or loaded.demo_file is None:
        with_demo = ", ".join(one.id for one in course.lessons if one.info.demo)
        raise UsageProblem(
            f"The lesson '{loaded.id}' has no demo.",
            where="tutor demo",
            next_step=f"Those with one: {with_demo}.",
        )
    turned = [*_named(knob or ()), *_extra(ctx.args)]
    arguments = ["--device", resolve_device(device)]
    arguments += knob_arguments(demo, loaded.id, turned)
    _warn_of_memory(demo)
    store = open_store(course)
    printed: list[str] = []
    code = asyncio.run(_stream(loaded, arguments, printed))
    remember_demo(store, loaded.id, arguments[1], dict(turned), "".join(printed))
    return code


# Unknown options are the demo's own knobs, checked against lesson.yaml below.
demo_command.context_settings = {"ignore_unknown_options": True, "allow_extra_args": True}  # type: ignore[attr-defined]


async def _stream(lesson: LoadedLesson, arguments: Sequence[str], printed: list[str]) -> int:
    """Print what the demo prints as it comes, and add it to ``printed``."""
    from contextlib import aclosing

    from tutor.sandbox import DemoFailed, run_demo

    assert lesson.demo_file is not None
    try:
        async with aclosing(run_demo(lesson.demo_file, arguments)) as chunks:
            async for chunk in chunks:
                printed.append(chunk)
                if not console.write(console.clean(chunk), end=""):
                    return 0
    except DemoFailed as failure:
        console.write_error(f"tutor: {failure}; what it said is above.")
        return 1
    return 0


def _warn_of_memory(demo: Demo) -> None:
    """Says it where the demo may take more memory than can be had: it runs all the same, and may be slow or killed."""
    if demo.memory_mib is None:
        return
    from tutor.compute.capacity import free_memory_bytes

    free = free_memory_bytes()
    if demo.memory_mib << 20 > free:
        console.write_error(
            f"tutor: this demo takes up to {size(demo.memory_mib << 20)} of memory, and {size(free)} can be had now."
        )


def _named(pairs: Iterable[str]) -> list[tuple[str, str]]:
    """``NAME=VALUE`` of each ``--knob``."""
    named = []
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageProblem(
                f"'{pair}' is not NAME=VALUE.", where="--knob", next_step="For example --knob seed=3."
            )
        named.append((name, value))
    return named


def _extra(words: Sequence[str]) -> list[tuple[str, str]]:
    """``--name value`` and ``--name=value`` of the words that are no options of ours."""
    pairs, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            raise UsageProblem(
                f"'{word}' is no option.", where="tutor demo", next_step="Knobs are written --NAME VALUE."
            )
        if not equals:
            if not rest or (rest[0].startswith("--")):
                raise UsageProblem("It needs a value.", where=word, next_step=f"Write {word} VALUE.")
            value = rest.pop(0)
        pairs.append((name, value))
    return pairs
