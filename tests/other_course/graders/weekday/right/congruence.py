"""Zeller's congruence: arithmetic alone, no dates."""


def weekday(year, month, day):
    if month < 3:
        month, year = month + 12, year - 1
    number = (day + 13 * (month + 1) // 5 + year + year // 4 - year // 100 + year // 400) % 7
    return ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday")[number]
