"""Measure how hard a text is to read."""

import argparse
import re
import sys
from pathlib import Path

import metrics

metrics.count("loaded")


def words_per_sentence(text):
    """Mean number of words in a sentence; 0 without any."""
    sentences = [part for part in re.split(r"[.!?]+(?:\s|$)", text) if part.strip()]
    return len(text.split()) / len(sentences) if sentences else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    metrics.count("used")
    sys.stdout.write(f"{words_per_sentence(arguments.file.read_text(encoding='utf-8')):.1f} words per sentence\n")


if __name__ == "__main__":
    main()
