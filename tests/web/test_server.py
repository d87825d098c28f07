"""Who is let in, what is served, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
import psutil
import pytest

from tests.cli.conftest import Ended, environment
from tests.web.conftest import Served, all_end, serving, some

ROOT = Path(__file__).resolve().parents[2]
PATHS = ("", "ws", "page.css", "textual.js", "download/key", "static/", "wrong/", "wrong/ws", "%00/", "//")
"""Below the root, without the token."""


async def status_of(url: str, **headers: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status


async def test_only_who_knows_the_token_gets_an_answer(served: Served) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", served.url)
    for path in (*PATHS, served.token[:-1] + "/", served.token + "x/"):
        assert await status_of(served.root + path) == 403, path
    assert await status_of(served.url) == 200
    assert await status_of(served.url + "download/key") == 404


async def test_each_start_has_a_token_of_its_own(served: Served, home: Path, small_course: Path) -> None:
    with serving(home, small_course) as another:
        assert another.token != served.token


async def test_a_name_that_is_not_of_this_machine_is_refused(served: Served) -> None:
    port = served.origin.rpartition(":")[2]
    assert await status_of(served.url, Host=f"localhost:{port}") == 200
    for name in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1.evil.example",
        f"127.0.0.1:{port}@evil",
        "",
    ):
        assert await status_of(served.url, Host=name) in (400, 403), name


async def test_a_page_of_another_site_can_not_ask(served: Served) -> None:
    for origin in ("http://evil.example", "null", served.origin.replace("127.0.0.1", "localhost")):
        assert await status_of(served.url, Origin=origin) == 403, origin


async def test_a_window_needs_the_token_and_our_page(served: Served) -> None:
    refused = (
        {"url": f"{served.root}ws"},
        {"url": f"{served.root}wrong/ws"},
        {"origin": None},
        {"origin": "http://evil.example"},
        {"headers": {"Host": "evil.example"}, "origin": "http://evil.example"},
    )
    for changes in refused:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            async with served.window(**changes):
                pass
    assert served.apps() == [], "no app is started for who may not come in"
    async with served.window() as window:
        await window.until("A small course")


async def test_the_course_that_is_named_is_the_one_that_is_shown(home: Path, small_course: Path) -> None:
    with serving(home, ROOT, "--content", str(small_course)) as served:
        async with served.window() as window:
            await window.until("A small course")


async def test_it_listens_on_loopback_alone(served: Served) -> None:
    listening = [
        one.laddr.ip
        for one in psutil.Process(served.process.pid).net_connections()
        if one.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"]


async def test_nothing_that_is_served_names_another_host(served: Served) -> None:
    async with aiohttp.ClientSession() as session:

        async def text_of(url: str) -> str:
            async with session.get(url) as answer:
                assert answer.status == 200, url
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                return (await answer.read()).decode(errors="replace")

        todo, texts = [served.url], {}
        while todo:
            url = todo.pop()
            texts[url] = await text_of(url)
            if not url.endswith((".js", ".ttf")):
                named = re.findall(r"""(?:src|href)="([^"]+)"|url\("?([^")]+)"?\)""", texts[url])
                todo += [urljoin(url, a or b) for a, b in named if not (a or b).startswith("data:")]
    names = {url.removeprefix(served.url) for url in texts}
    assert names == {"", "page.css", "page.js", "xterm.css", "textual.js", "upright.ttf", "italic.ttf"}
    for url, text in texts.items():
        if not url.endswith(".ttf"):
            assert re.findall(r"(?:https?|wss?):?//\w[^\s\"'`<)]*", _without_comments(text)) == [], url


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


async def test_closing_the_window_ends_its_app(served: Served) -> None:
    async with served.window() as window:
        await window.until("A small course")
        apps = await some(served)
    assert all_end(apps)
    assert served.process.poll() is None, "the server goes on"


async def test_two_windows_are_two_apps(served: Served) -> None:
    async with served.window() as one, served.window() as two:
        await asyncio.gather(one.until("A small course"), two.until("A small course"))
        assert len([app for app in served.apps() if app.ppid() == served.process.pid]) == 2


async def test_leaving_the_app_closes_the_window(served: Served) -> None:
    async with served.window() as window:
        await window.until("A small course")
        await window.press("\x11")
        await window.closed()
        assert window.connection.close_code == 1000


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
async def test_whatever_ends_the_server_ends_the_apps(served: Served, signum: signal.Signals) -> None:
    async with served.window() as window:
        await window.until("A small course")
        apps = await some(served)
        served.process.send_signal(signum)
        assert await asyncio.to_thread(all_end, apps)
        code = await asyncio.to_thread(served.process.wait, 15)
    assert code == (0 if signum != signal.SIGKILL else -signal.SIGKILL)
    assert "Traceback" not in served.process.communicate()[1]


async def test_an_app_that_dies_leaves_nothing_behind_and_closes_its_window(served: Served) -> None:
    async with served.window() as window:
        await window.until("A small course")
        apps = await some(served)
        next(app for app in apps if app.ppid() == served.process.pid).kill()
        await window.closed()
    assert await asyncio.to_thread(all_end, apps, 40)  # the two end when they have imported torch


async def test_an_app_that_does_not_leave_is_killed(served: Served) -> None:
    async with served.window() as window:
        await window.until("A small course")
        apps = await some(served)
        for app in apps:
            app.suspend()
    assert await asyncio.to_thread(all_end, apps)


@pytest.mark.parametrize(
    "words", ["no json", "{}", '["stdin", 1]', '["resize", {"width": "x", "height": 1}]', '["unknown"]']
)
async def test_what_no_page_of_ours_says_ends_the_window(served: Served, words: str) -> None:
    async with served.window() as window:
        await window.until("A small course")
        await window.connection.send_str(words)
        await window.closed()
    assert all_end(served.apps())


async def test_what_is_typed_in_the_editor_is_kept_when_the_window_is_closed(
    home: Path, small_course: Path
) -> None:
    with serving(home, small_course, VISUAL="vi") as served:
        async with served.window() as window:
            await window.until("Double it")
            await window.press("\x1b[B", "\r")
            await window.until("Enter writes the stub")
            await window.press("e")
            await window.until("saved")
            await window.press("# half a thought")
            await window.until("not saved")
            apps = await some(served)
        assert all_end(apps)
    kept = [
        path.name for path in home.rglob("*") if path.is_file() and b"half a thought" in path.read_bytes()
    ]
    assert kept, "in a browser e opens the built-in editor, whatever VISUAL says"


def ended(home: Path, course: Path, *words: str, **changes: str) -> Ended:
    done = subprocess.run(
        [sys.executable, "-m", "tutor", "web", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment(home, course, changes),
        timeout=60,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def test_a_port_in_use_is_told(home: Path, small_course: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        told = ended(home, small_course, "--port", port)
    assert told.code == 3
    assert f"Port {port} is in use." in told.err
    assert "--port" in told.err


def test_a_missing_package_is_told_with_the_line_that_installs_it(
    home: Path, small_course: Path, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['textual_serve'] = None\n")
    told = ended(home, small_course, PYTHONPATH=str(tmp_path))
    assert told.code == 3
    assert "-m pip install textual_serve" in told.err
    assert told.is_clean()


def test_a_folder_that_holds_no_course_is_told_before_anything_is_served(home: Path, tmp_path: Path) -> None:
    assert ended(home, tmp_path).code == 2


def test_the_browser_is_opened_by_a_file_that_nobody_else_can_read(
    home: Path, small_course: Path, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(
        f'#!/bin/sh\nfile=${{1#file://}}; (stat -c %a "$file"; cat "$file") > {seen}.new; mv {seen}.new {seen}\n'
    )
    browser.chmod(0o700)
    with serving(home, small_course, "--open", BROWSER=str(browser)) as served:
        end = time.monotonic() + 20
        while not seen.exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        assert seen.read_text().startswith("600\n")
        assert served.url in seen.read_text()
    assert not (home / "open-web.html").exists()


async def test_what_a_failed_app_said_last_is_told_in_the_server_s_terminal(
    home: Path, small_course: Path, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nif 'tutor.web.child' in sys.orig_argv:\n    sys.stderr.write('\\x1b]0;boom\\x07it broke\\n')\n"
        "    raise SystemExit(7)\n"
    )
    with serving(home, small_course, PYTHONPATH=str(tmp_path)) as served:
        async with served.window() as window:
            await window.closed()
        served.process.terminate()
        assert served.process.stderr is not None
        told = served.process.stderr.read()
    assert "it broke" in told
    assert "\x1b" not in told
