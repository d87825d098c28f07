"""is-leap: leap years of the Gregorian calendar."""


def is_leap(year: int) -> bool:
    """Every fourth year, but no century, but every fourth century."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
