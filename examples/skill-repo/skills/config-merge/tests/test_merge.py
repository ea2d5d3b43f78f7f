import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from merge import merge


def test_mappings_merge_and_the_later_file_wins():
    assert merge({"db": {"host": "a", "port": 1}}, {"db": {"host": "b"}}) == {"db": {"host": "b", "port": 1}}


def test_lists_are_replaced():
    assert merge({"hosts": [1, 2]}, {"hosts": [3]}) == {"hosts": [3]}


def test_null_removes_a_key():
    assert merge({"debug": True, "port": 1}, {"debug": None}) == {"port": 1}
