from datetime import date

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def weekday(year, month, day):
    return DAYS[date(year, month, day).weekday()]
