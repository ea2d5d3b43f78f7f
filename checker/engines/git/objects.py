"""Objects of a repository by id, through one `git cat-file --batch` that stays open."""

from __future__ import annotations

import hashlib
import threading

from checker.engines.conversation import Conversation
from checker.engines.git.command import ENGINE, GitCommand
from checker.errors import Unanswered
from checker.escape import decode, visible

#: Content above the caller's limit is read and dropped up to this size; for more the process is started anew.
_CHEAP_TO_SKIP = 8 * 1024 * 1024


class TooLargeError(Exception):
    """The object has `size` bytes, more than the caller takes."""

    def __init__(self, size: int) -> None:
        """`size` in bytes."""
        super().__init__(f"{size} bytes")
        self.size = size


class Objects:
    """Reads objects and checks that their content fits their id. Safe for several threads."""

    def __init__(self, command: GitCommand, algorithm: str) -> None:
        """`algorithm` is the repository's object format, `sha1` or `sha256`. Nothing is started yet."""
        self._command, self._algorithm = command, algorithm
        self._lock = threading.Lock()
        self._conversation: Conversation | None = None
        self._closed = False

    def read(self, oid: str, kind: str, limit: int) -> bytes:
        """Content of the object `oid`, a `blob`, `commit`, `tree` or `tag`.

        Raises TooLargeError above `limit` bytes, before any content is kept, and Unanswered when the object
        is missing, of another kind or damaged.
        """
        with self._lock:
            content = self._ask(oid, kind, limit)
        if object_id(self._algorithm, kind, content) != oid:
            raise Unanswered(ENGINE, f"object {oid} is damaged: its content does not fit its id")
        return content

    def close(self) -> None:
        """End the process. Nothing can be read afterwards."""
        with self._lock:
            self._closed = True
            self._drop()

    def _ask(self, oid: str, kind: str, limit: int) -> bytes:
        conversation = self._open()
        size = _size(_header(conversation, oid), oid, kind)
        if isinstance(size, str):
            self._drop()
            raise Unanswered(ENGINE, size)
        if size > limit:
            self._pass_over(conversation, size)
            raise TooLargeError(size)
        return conversation.take(size + 1)[:-1]

    def _open(self) -> Conversation:
        if self._closed:
            raise Unanswered(ENGINE, "the repository was closed")
        if self._conversation is None or self._conversation.over:
            self._conversation = self._command.conversation("cat-file", "--batch")
        return self._conversation

    def _pass_over(self, conversation: Conversation, size: int) -> None:
        if size <= _CHEAP_TO_SKIP:
            conversation.skip(size + 1)
        else:
            self._drop()

    def _drop(self) -> None:
        if self._conversation is not None:
            self._conversation.close()
        self._conversation = None


def object_id(algorithm: str, kind: str, content: bytes) -> str:
    """The id git gives to `content`: the hash of a header and the content."""
    header = f"{kind} {len(content)}\0".encode()
    return hashlib.new(algorithm, header + content, usedforsecurity=False).hexdigest()


def _header(conversation: Conversation, oid: str) -> bytes:
    """Answer of git to `oid`. In a partial clone it may end instead of saying that the object is missing."""
    try:
        conversation.send(f"{oid}\n".encode())
        return conversation.line()
    except Unanswered as ended:
        raise Unanswered(ENGINE, f"object {oid} cannot be read: {ended.reason}") from ended


def _size(header: bytes, oid: str, kind: str) -> int | str:
    """Size from `<id> <kind> <size>`, or what is wrong, in words."""
    match header.split(b" "):
        case [found, said_kind, digits] if (found, said_kind) == (
            oid.encode(),
            kind.encode(),
        ) and digits.isdigit():
            return int(digits)
        case [found, b"missing"] if found == oid.encode():
            return (
                f"object {oid} is missing here (a partial or damaged clone?); fetch it: git fetch --refetch"
            )
        case [found, said_kind, _] if found == oid.encode():
            return f"object {oid} is a {visible(said_kind.decode('ascii', 'backslashreplace'))}, not a {kind}"
    return f"unexpected answer of cat-file: {decode(header[:200], newlines=False)}"
