"""Bars, tables, checks and output by themselves."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from tests.app.conftest import shown
from tutor.app.widgets.bar import bar, factor
from tutor.app.widgets.check_view import CheckView
from tutor.app.widgets.code import broken
from tutor.app.widgets.output_view import MOST_LINES, OutputView
from tutor.app.widgets.plot import Plot
from tutor.app.widgets.text_table import TextTable
from tutor.app.widgets.verdict_view import VerdictView
from tutor.grading import CheckResult, Measurement, Verdict
from tutor.grading.verdict import Table

ratios = st.floats(min_value=0, allow_nan=False)


@given(ratios, st.integers(5, 41).filter(lambda width: width % 2 == 1))
def test_a_bar_has_its_width_and_passes_the_mark_only_beyond_the_limit(ratio: float, width: int) -> None:
    drawn = bar(ratio, width).plain
    assert len(drawn) == width
    before, mark, after = drawn.partition("┃")
    assert mark
    assert len(before) == len(after)
    assert ("━" in after) == (ratio > 1)


@given(ratios, ratios)
def test_a_larger_ratio_never_has_a_shorter_bar(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert bar(low, 25).plain.count("━") <= bar(high, 25).plain.count("━")


def test_a_bar_is_logarithmic_with_a_factor_of_ten_on_each_side() -> None:
    assert bar(0.1, 21).plain == "──────────┃──────────"
    assert bar(math.sqrt(0.1) * 1.001, 21).plain == "━━━━━─────┃──────────"
    assert bar(1, 21).plain == "━━━━━━━━━━┃──────────"
    assert bar(10, 21).plain == "━━━━━━━━━━┃━━━━━━━━━━"
    assert [factor(r) for r in (0, 0.952, 25.86, math.inf)] == ["0×", "0.952×", "25.9×", "over 1,000×"]


TABLE = """| what | limit |
|:-----|------:|
| a long name of something that is measured | 1.05 |
| `b` \\| c | 20 |
"""


def _text(widget: TextTable | CheckView, width: int) -> list[str]:
    return [line.plain.rstrip() for line in widget._lines(width)]


def test_a_table_is_as_wide_as_it_needs_with_numbers_at_the_right() -> None:
    assert _text(TextTable.from_markdown(TABLE), 80) == [
        "what                                        limit",
        "─────────────────────────────────────────────────",
        "a long name of something that is measured    1.05",
        "b | c                                          20",
    ]


@pytest.mark.parametrize("width", [20, 30, 45])
def test_a_table_wraps_rather_than_overflow(width: int) -> None:
    lines = _text(TextTable.from_markdown(TABLE), width)
    assert max(map(len, lines)) <= width
    assert "measured" in " ".join(lines)


@pytest.mark.parametrize("width", [30, 44, 60, 76, 120])
def test_a_check_fits_every_width(width: int) -> None:
    check = CheckResult(
        "a",
        "A matrix whose largest magnitude is negative comes back",
        "failed",
        measurements=(
            Measurement("relative error", 0.1934, 0.00748, "of the norm"),
            Measurement("worst", None, 2.0),
        ),
        message="Expected this. " * 8,
        hint="Look there.",
    )
    lines = _text(CheckView(check), width)
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert "0.193 > 0.00748 of the norm" in text
    assert "25.9×" in text
    assert "not measured" in text


def test_what_the_verdict_says_as_a_whole_is_not_said_again() -> None:
    check = CheckResult("a", "Title", "error", message="It raised.", hint="Read it.")
    assert "It raised." not in " ".join(_text(CheckView(check, told=("It raised.", "")), 60))


class Alone(App[None]):
    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield self.widget


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        (["half a li", "ne\nnext"], "half a line\nnext"),
        (["\x1b[3", "1mred\x1b[0m\n"], "red"),
        (["\x1b]52;c;", "aGk=\x07after\n"], "after"),
        (["10 %\r", "20 %\r", "done\n"], "done"),
    ],
)
async def test_output_that_comes_in_pieces_is_put_together(chunks: list[str], expected: str) -> None:
    view = OutputView()
    async with Alone(view).run_test() as pilot:
        for chunk in chunks:
            view.feed(chunk)
            view.flush()
        await pilot.pause()
        assert view.text == expected
        assert "\x1b" not in shown(pilot)  # type: ignore[arg-type]


async def test_a_flood_keeps_its_newest_lines_and_says_what_was_dropped() -> None:
    view = OutputView()
    async with Alone(view).run_test() as pilot:
        for start in range(0, 20_000, 1000):
            view.feed("".join(f"line {n}\n" for n in range(start, start + 1000)))
            view.flush()
        await pilot.pause()
        assert view.text.splitlines()[-1] == "line 19999"
        assert len(view.text.splitlines()) <= MOST_LINES
        assert view.dropped == 20_000 - len(view.text.splitlines())
        assert "earlier lines are not kept" in shown(pilot)  # type: ignore[arg-type]


async def test_a_hundred_megabytes_between_two_flushes_cost_no_memory() -> None:
    view = OutputView()
    async with Alone(view).run_test() as pilot:
        chunk = "x" * 99 + "\n"
        for _ in range(100):
            view.feed(chunk * 10_000)
        view.flush()
        await pilot.pause()
        assert len(view.text) < 200_000
        assert view.dropped > 900_000


async def test_long_lines_wrap_and_rewrap_when_the_terminal_changes() -> None:
    view = OutputView()
    async with Alone(view).run_test(size=(40, 10)) as pilot:
        view.feed("0123456789" * 6 + "\n")
        view.flush()
        await pilot.pause()
        assert view.size.height == 2
        await pilot.resize_terminal(90, 10)
        await pilot.pause()
        assert view.size.height == 1


async def test_a_table_of_a_verdict_is_plotted_where_it_says_so() -> None:
    rows = (("yours", 89.75e6, 64.4), ("NF4", 116.3e6, 71.2))
    table = Table(
        "Perplexity against bytes", ("scheme", "bytes", "perplexity"), rows, ("bytes", "perplexity")
    )
    verdict = Verdict("capstone", "passed", "cpu", "f.py", "0" * 64, 1.0, tables=(table,))

    class Shown(App[None]):
        CSS = ".after { height: auto; } VerdictView { height: 1fr; }"

        def compose(self) -> ComposeResult:
            yield VerdictView()

    async with Shown().run_test(size=(80, 40)) as pilot:
        await pilot.app.query_one(VerdictView).show(verdict)
        await pilot.pause()
        assert pilot.app.query_one(Plot).region.height == 16
        text = shown(pilot)  # type: ignore[arg-type]
        assert "across bytes, up perplexity" in text
        assert "a   yours" in text


def test_a_long_line_of_code_goes_on_below_itself_further_in_than_it_began() -> None:
    code = Content(
        "def f(x):\n    # The weight of largest magnitude gets the code 127.\n\n    return torch.where(x > 0, x, 1)\n"
        "+   longer = one + two + three + four"
    )
    assert broken(code, 30).plain.splitlines() == [
        "def f(x):",
        "    # The weight of largest",
        "      magnitude gets the code",
        "      127.",
        "",
        "    return torch.where(x > 0,",
        "        x, 1)",
        "+   longer = one + two + three",
        "        + four",
    ]
    assert broken(code, 200).plain == code.plain
