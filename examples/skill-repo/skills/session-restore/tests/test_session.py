import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from session import load, save


def test_values_come_back(tmp_path):
    save(tmp_path / "state.json", {"step": 3})
    assert load(tmp_path / "state.json") == {"step": 3}
