"""Hidden checks of is-leap."""

from calendar import isleap

SUSPECTS = {
    "every-fourth-year": lambda year: year % 4 == 0,
    "no-century": lambda year: year % 4 == 0 and year % 100 != 0,
}


def test_years(solution, draw, expect):
    """Each year is told right."""
    years = [100 * draw.integer(4, 9) + 1200 for _ in range(4)]  # 1600 … 2100
    years += [1700, 2000, 2400, 4 * draw.integer(400, 424) + 5, 4 * draw.integer(501, 524)]
    came = {}
    for year in dict.fromkeys([*years, *(draw.integer(1583, 4000) for _ in range(20))]):
        said = solution.is_leap(year)
        expect(
            isinstance(said, bool), expected="True or False", came=f"something of type {type(said).__name__}"
        )
        came[year] = said
    agree = [name for name, wrong in SUSPECTS.items() if all(wrong(year) == came[year] for year in came)]
    expect(
        all(came[year] == isleap(year) for year in came),
        expected="the rule of 1582 for each year",
        came="another answer for some",
        misconception=agree[0] if len(agree) == 1 else None,
    )
