"""The HTML report as a browser lays it out: on a phone, and on paper."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.classroom.conftest import Counting, Files
from tests.web.chromium import Tab, chromium, find_chromium
from tutor.classroom.archives import Archives
from tutor.classroom.finding import find_submissions
from tutor.classroom.formats import render
from tutor.classroom.gradebook import Gradebook
from tutor.classroom.journal import Journal
from tutor.classroom.running import ClassRun
from tutor.classroom.similar import Pair
from tutor.course import Content

PROGRAM = find_chromium() or ""
pytestmark = pytest.mark.skipif(not PROGRAM, reason="no Chromium or Chrome is on PATH")
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
SHOWN = "[...document.querySelectorAll('h1')].filter(one => one.getClientRects().length).map(one => one.innerText)"


@pytest.fixture
def report(content: Content, handed_in: Callable[[Files], Path], tmp_path: Path) -> str:
    files = {
        "Ada/doubling.py": b"xxx",
        "Ada/a second and rather long attempt/doubling.py": b"x",
        "Bo/doubling.py": b"",
    }
    found = find_submissions(handed_in(files), content, Archives())
    pairs = (Pair("doubling", "Ada/doubling.py", "Ada/a second and rather long attempt/doubling.py", 1.0),)
    with Journal(tmp_path / "j") as journal:
        ran = asyncio.run(ClassRun(content, Counting(), journal).run(found.submissions))
        page = tmp_path / "report.html"
        page.write_bytes(render(Gradebook(content, journal, ran.rows, pairs=pairs), "html"))
    return page.as_uri()


async def opened(tab: Tab, address: str) -> None:
    await tab.call("Page.navigate", url=address)
    await tab.until("document.readyState == 'complete' && document.title.startsWith('Gradebook')")


async def test_on_a_phone_texts_have_the_width_and_tables_that_do_not_fit_say_so(
    report: str, tmp_path: Path
) -> None:
    async with chromium(PROGRAM, tmp_path / "profile") as tab:
        await tab.call("Emulation.setDeviceMetricsOverride", **PHONE)
        await opened(tab, report)
        assert await tab.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        widths = await tab.evaluate("[...document.querySelectorAll('.long')].map(one => one.clientWidth)")
        assert min(width for width in widths if width) > 300
        silent = await tab.evaluate(
            "[...document.querySelectorAll('.wide')].filter(one => one.scrollWidth > one.clientWidth"
            " && !one.previousElementSibling.classList.contains('sideways')).length"
        )
        assert silent == 0


async def test_a_students_page_is_printed_alone_and_the_class_whole_on_white_paper(
    report: str, tmp_path: Path
) -> None:
    async with chromium(PROGRAM, tmp_path / "profile") as tab:
        dark = [{"name": "prefers-color-scheme", "value": "dark"}]
        await tab.call("Emulation.setEmulatedMedia", media="print", features=dark)
        await opened(tab, report)
        assert await tab.evaluate(SHOWN) == ["A small course: the class", "Ada", "Bo"]
        assert await tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        await tab.evaluate("location.hash = '#s2'")
        await tab.until("document.querySelector('.page:target') !== null")
        assert await tab.evaluate(SHOWN) == ["Bo"]
