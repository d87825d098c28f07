"""A verdict's table drawn as points: each row has its letter, none hides another."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from tutor.cli.tables import table_lines
from tutor.grading.verdict import Table
from tutor.proving.scatter import KNOWN, MARKS, OWN, points, scatter

COLUMNS = ("scheme", "bytes", "perplexity")
FIGURES = st.tuples(st.floats(1.0, 1e9), st.floats(1.0, 1e6))


def table(*figures: tuple[float, float]) -> Table:
    rows = tuple((f"scheme {number}", x, y) for number, (x, y) in enumerate(figures))
    return Table("Perplexity against bytes", COLUMNS, rows, ("bytes", "perplexity"))


@given(st.lists(FIGURES, min_size=2, max_size=9), st.integers(30, 160), st.integers(8, 30))
def test_every_row_has_its_letter_on_the_plot(
    figures: list[tuple[float, float]], width: int, height: int
) -> None:
    assume(len(figures) <= width - 9)
    rows = scatter(table(*figures), width, height)
    assert len(rows) == height
    drawn = [text for row in rows for text, kind in row if kind in (OWN, KNOWN)]
    assert sorted(drawn) == list(MARKS[: len(figures)])
    assert [text for row in rows for text, kind in row if kind == OWN] == ["a"], (
        "the first row is the learner's"
    )


def test_fewer_bytes_stand_to_the_left_and_less_perplexity_below() -> None:
    rows = scatter(table((90e6, 64.0), (116e6, 71.0), (269e6, 56.0)), 80, 16)
    places = {}
    for number, row in enumerate(rows):
        column = 0
        for text, kind in row:
            if kind in (OWN, KNOWN):
                places[text] = (number, column)
            column += len(text)
    assert places["b"][0] < places["a"][0] < places["c"][0]
    assert places["a"][1] < places["b"][1] < places["c"][1]


def test_a_row_without_a_finite_figure_is_left_out() -> None:
    given_table = Table(
        "t", COLUMNS, (("a", 1.0, None), ("b", 2.0, 3.0), ("c", 4.0, 5.0)), ("bytes", "perplexity")
    )  # type: ignore[arg-type]
    assert [mark for mark, *_ in points(given_table)] == ["b", "c"]
    assert scatter(table((1.0, 2.0)), 80, 16) == []


def test_a_table_keeps_its_plot_as_a_document_and_is_drawn_by_the_shell() -> None:
    whole = table((90e6, 64.0), (116e6, 71.0))
    assert Table.from_json(whole.to_json()) == whole
    plain = Table("t", COLUMNS, (("a", 1.0, 2.0),))
    assert "plot" not in plain.to_json()
    lines = list(table_lines(whole.to_json()))
    assert any("across bytes, up perplexity" in line for line in lines)
    assert any(line.strip().startswith("a  scheme 0") for line in lines)
