"""Count working days between two dates, both included."""

import argparse
import datetime as dt
import sys


def working_days(first, last, holidays=()):
    """Days from `first` to `last` that are neither weekend nor holiday."""
    days = (first + dt.timedelta(days=n) for n in range((last - first).days))
    return sum(day.weekday() < 5 and day not in holidays for day in days)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=dt.date.fromisoformat)
    parser.add_argument("last", type=dt.date.fromisoformat)
    parser.add_argument("--holiday", type=dt.date.fromisoformat, action="append", default=[])
    arguments = parser.parse_args()
    sys.stdout.write(f"{working_days(arguments.first, arguments.last, arguments.holiday)}\n")


if __name__ == "__main__":
    main()
