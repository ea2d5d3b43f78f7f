import datetime as dt
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from days import working_days

MONDAY = dt.date(2026, 3, 2)


def test_weekends_do_not_count():
    assert working_days(MONDAY, MONDAY + dt.timedelta(days=6)) == 5


def test_both_ends_count():
    assert working_days(MONDAY, MONDAY + dt.timedelta(days=1)) == 2


def test_holidays_do_not_count():
    assert working_days(MONDAY, MONDAY + dt.timedelta(days=6), holidays=[MONDAY]) == 4
