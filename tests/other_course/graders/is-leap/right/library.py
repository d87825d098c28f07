"""By the standard library: no rule to get wrong."""

from calendar import isleap


def is_leap(year):
    return isleap(year)
