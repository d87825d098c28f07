"""weekday: the name of a day."""

from datetime import date

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def weekday(year: int, month: int, day: int) -> str:
    """date.weekday() counts from Monday."""
    return DAYS[date(year, month, day).weekday()]
