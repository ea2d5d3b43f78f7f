import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from table import table

ROWS = [{"name": "ada", "born": "1815"}, {"name": "alan", "born": "1912"}]


def test_all_columns_by_default():
    assert table(ROWS).splitlines()[0].split() == ["|", "name", "|", "born", "|"]


def test_chosen_columns_in_the_order_asked_for():
    assert "ada" not in table(ROWS, ["born"])
    assert "1815" in table(ROWS, ["born"])


def test_no_rows():
    assert table([]) == ""
