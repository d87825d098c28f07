"""The page in a real browser: what it asks for, what it shows, how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.pixels import colours
from tests.web.chromium import Tab, chromium, find_chromium
from tests.web.conftest import Served, all_end, some

PROGRAM = find_chromium() or ""
pytestmark = pytest.mark.skipif(not PROGRAM, reason="no Chromium or Chrome is on PATH")

BACKGROUND = bytes.fromhex("14171c")  # of the tutor's dark theme


async def opened(tab: Tab, served: Served) -> None:
    await tab.call("Page.navigate", url=served.url)
    await tab.until_drawn("A small course")


async def test_the_course_map_is_drawn_and_nothing_comes_from_elsewhere(
    served: Served, tmp_path: Path
) -> None:
    async with chromium(PROGRAM, tmp_path / "profile") as tab:
        await opened(tab, served)
        picture = await tab.screenshot()
        (tmp_path / "page.png").write_bytes(picture)
        counted = colours(picture)
        pixels = counted.total()
        assert len(counted) > 50, "letters have many shades"
        assert sum(count for colour, count in counted.items() if colour[:3] == BACKGROUND) > 0.5 * pixels
        ours = (served.url, served.url.replace("http:", "ws:"))
        assert tab.requests
        assert [url for url in tab.requests if not url.startswith((*ours, "data:"))] == []
        assert [text for text in tab.complaints if "WebGL" not in text] == []
        assert await tab.evaluate("document.title") == "Quantization tutor"


async def test_the_app_fills_the_window_and_takes_keys(served: Served, tmp_path: Path) -> None:
    async with chromium(PROGRAM, tmp_path / "profile") as tab:
        await opened(tab, served)
        assert await tab.evaluate("document.activeElement.className") == "xterm-helper-textarea"
        tab.drawn = ""
        await tab.call(
            "Emulation.setDeviceMetricsOverride", width=1000, height=500, deviceScaleFactor=1, mobile=False
        )
        await tab.until_drawn("Double it")  # once more, for the new size
        for axis, side in (("Width", "width"), ("Height", "height")):
            room = await tab.evaluate(f"inner{axis}")
            taken = await tab.evaluate(
                f"document.querySelector('.xterm-screen').getBoundingClientRect().{side}"
            )
            assert room - 25 < taken <= room, "less than one cell is left"
        tab.drawn = ""
        await tab.press("ArrowDown", code=40)
        await tab.press("Enter", code=13, text="\r")
        await tab.until_drawn("Enter writes the stub")


async def test_leaving_says_so_and_offers_to_come_back(served: Served, tmp_path: Path) -> None:
    async with chromium(PROGRAM, tmp_path / "profile") as tab:
        await opened(tab, served)
        await tab.press("q", code=81, control=True)
        await tab.until("document.querySelector('#why').textContent.includes('ended here')")
        tab.drawn = ""
        await tab.evaluate("document.querySelector('#again').click()")
        await tab.until_drawn("A small course")
        apps = await some(served)
        await tab.call("Page.navigate", url="about:blank")
        assert await asyncio.to_thread(all_end, apps), "the page is closed"


async def test_a_server_that_is_gone_is_told(served: Served, tmp_path: Path) -> None:
    async with chromium(PROGRAM, tmp_path / "profile") as tab:
        await opened(tab, served)
        os.kill(served.process.pid, signal.SIGTERM)
        await tab.until("document.querySelector('#why').textContent.includes('was stopped')")
        assert await tab.evaluate("document.querySelector('#again').hidden")


async def test_without_webgl_it_is_drawn_all_the_same(served: Served, tmp_path: Path) -> None:
    async with chromium(PROGRAM, tmp_path / "profile", "--disable-3d-apis") as tab:
        await opened(tab, served)
        assert len(colours(await tab.screenshot())) > 50
