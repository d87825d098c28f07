"""is-leap: leap years of the Gregorian calendar."""


def is_leap(year: int) -> bool:
    """Whether ``year`` (1583 to 4000) is a leap year."""
    raise NotImplementedError
