"""Errors that end in a message and an exit code, never in a traceback.

Each carries data (what, where) so that a caller can act on it without reading the text.
"""

from __future__ import annotations


class ProctorError(Exception):
    """Base of every error that Proctor raises on purpose."""


class UsageError(ProctorError):
    """The call cannot be carried out as written: a wrong option, path or reference. Exit code 2."""


class InputError(ProctorError):
    """A file of the repository cannot be used. `file` is repository-relative, `line` counts from 1."""

    def __init__(self, message: str, file: str, line: int | None = None) -> None:
        """Keep message and place apart: reporters print them in their own forms."""
        super().__init__(f"{file}:{line}: {message}" if line else f"{file}: {message}")
        self.message = message
        self.file = file
        self.line = line


class PolicyError(InputError):
    """The policy itself cannot be read, so no skill can be judged. Exit code 2."""


class Unanswered(ProctorError):
    """An engine was asked and could not answer: the checks that asked are `broken`, never passed."""

    def __init__(self, engine: str, reason: str) -> None:
        """`engine` is the outside tool's name, `reason` one sentence a maintainer can act on."""
        super().__init__(f"{engine}: {reason}")
        self.engine = engine
        self.reason = reason
