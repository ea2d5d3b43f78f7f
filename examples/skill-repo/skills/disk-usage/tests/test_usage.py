import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from usage import report, sizes


def test_sizes_of_subfolders(tmp_path):
    (tmp_path / "big").mkdir()
    (tmp_path / "big" / "file").write_bytes(b"x" * 2048)
    assert sizes(tmp_path) == {"big": 2048}


def test_largest_first():
    assert [line.split()[-1] for line in report({"a": 1, "b": 2048, "c": 10}, top=2)] == ["b", "c"]
