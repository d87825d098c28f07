"""How far calendars run away from the sun."""

import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--device", default="cpu")
parser.add_argument("--years", type=int, default=400)
options = parser.parse_args()
for name, days in (("no leap days", 365.0), ("every fourth year", 365.25), ("the rule of 1582", 365.2425)):
    print(f"{name:<20} {options.years * (365.2422 - days):+.2f} days in {options.years} years")
