"""weekday: the name of a day."""


def weekday(year: int, month: int, day: int) -> str:
    """``"Monday"`` to ``"Sunday"`` for a date of the Gregorian calendar."""
    raise NotImplementedError
