"""``tutor web``: the same app in a browser, on this machine alone."""

from __future__ import annotations

import asyncio
import os
import webbrowser
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from tutor.cli import console
from tutor.cli.options import ContentOption
from tutor.paths import content_root, tutor_home

SIGNPOST = "open-web.html"


def web_command(
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            metavar="P",
            min=0,
            max=65535,
            help="Listen on this port; else on any free one.",
            show_default=False,
        ),
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in your browser, too.")] = False,
    content: ContentOption = None,
) -> int:
    """The app in a browser, on this machine alone. Ctrl+C ends it, with every app that it started."""
    from tutor.compute.packages import require_packages

    root = content_root(content)  # a folder that holds no course is told here, not in the browser
    if content is not None:
        os.environ["TUTOR_CONTENT"] = str(root.root)  # for the apps
    require_packages(("textual_serve", "aiohttp"), "tutor web")
    from tutor.web import listen, new_token, serve

    listening, token, home = listen(port), new_token(), tutor_home()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/{token}/"
    signpost = home / SIGNPOST

    def ready() -> None:
        console.write(url)
        console.write_error(console.styled("Whoever has this address gets in. Ctrl+C ends it.", "dim"))
        if open_it:
            _open(url, signpost)

    try:
        asyncio.run(serve(listening, token, home, ready=ready, tell=_tell))
    finally:
        if open_it:
            signpost.unlink(missing_ok=True)
    return 0


def _open(url: str, signpost: Path) -> None:
    """Hand the browser a file that leads to ``url``: everyone on this machine sees the words of a command."""
    from tutor.assist.links import has_desktop
    from tutor.progress.files import make_folder

    make_folder(signpost.parent)
    signpost.unlink(missing_ok=True)
    with open(os.open(signpost, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f'<meta http-equiv="refresh" content="0; url={url}">\n')
    if "BROWSER" in os.environ or has_desktop(os.environ):
        # Some browsers return when they are closed, and this one waits for us.
        Thread(target=webbrowser.open, args=[signpost.as_uri()], daemon=True).start()
    else:
        console.write_error("There is no desktop here: open the address in a browser yourself.")


def _tell(last_words: str) -> None:
    console.write_error(console.clean(last_words.strip()))
