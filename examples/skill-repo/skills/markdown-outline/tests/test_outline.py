import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from outline import outline

TEXT = "# Guide\n\n```sh\n# not a heading\n```\n\n## First *steps*\n\n### Detail\n"


def test_headings_with_their_levels():
    assert outline(TEXT) == [(1, "Guide"), (2, "First steps"), (3, "Detail")]


def test_depth_limits_the_outline():
    assert outline(TEXT, depth=2) == [(1, "Guide"), (2, "First steps")]
