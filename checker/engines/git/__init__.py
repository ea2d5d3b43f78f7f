"""git, asked by hardened plumbing alone: commits, trees, references, and the files on disk it knows."""

from checker.engines.git.repository import Git

__all__ = ["Git"]
