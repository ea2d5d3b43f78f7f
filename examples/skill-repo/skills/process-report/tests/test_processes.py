import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from processes import largest


def test_largest_first():
    assert largest([("a", 1), ("b", 3), ("c", 2)], top=2) == [("b", 3), ("c", 2)]
