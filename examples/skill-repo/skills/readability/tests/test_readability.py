import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from readability import words_per_sentence


def test_words_per_sentence():
    assert words_per_sentence("One two three. Four five six! Seven eight nine") == 3


def test_no_text():
    assert words_per_sentence("") == 0
