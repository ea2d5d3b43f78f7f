"""Proctor: the exam that an AI-agent skill sits before it merges. Read `checker/pipeline.py` first."""

__version__ = "0.1.0"
