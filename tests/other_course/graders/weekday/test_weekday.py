"""Hidden checks of weekday."""

from datetime import date, timedelta

from weeks import DAYS


def test_days(solution, draw, expect):
    """Each day of a week has its name."""
    begin = date(draw.integer(1600, 2399), draw.integer(1, 12), draw.integer(1, 28))
    for day in (begin + timedelta(days=number) for number in range(7)):
        right = DAYS[day.weekday()]
        came = solution.weekday(day.year, day.month, day.day)
        expect(isinstance(came, str), expected="a name", came="something else")
        late = DAYS[day.weekday() - 1]
        expect(
            came == right,
            expected="the name of the day",
            came="another day",
            misconception="counts-from-sunday" if came == late else None,
        )
