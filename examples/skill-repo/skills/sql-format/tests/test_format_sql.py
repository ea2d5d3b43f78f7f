import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from format_sql import pretty


def test_one_clause_a_line():
    assert pretty("select a, b from t where a = 1").splitlines() == ["SELECT a,", "       b", "FROM t", "WHERE a = 1"]
