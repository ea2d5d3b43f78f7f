"""Real git repositories for tests, apart from the configuration of the machine and of whoever runs them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

Content = str | bytes | None
ENV = {
    "PATH": os.environ.get("PATH", os.defpath),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "2026-11-01T12:00:00+02:00",
    "GIT_COMMITTER_NAME": "C",
    "GIT_COMMITTER_EMAIL": "c@example.org",
    "GIT_COMMITTER_DATE": "2026-11-01T12:00:00+02:00",
    "GIT_ALLOW_PROTOCOL": "file",
    "LC_ALL": "C",
}


class ScratchRepo:
    """A repository with a work tree at `path`. Branches start at `main`."""

    def __init__(self, path: Path, *, object_format: str = "sha1", bare: bool = False) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.git(
            "init", "-q", "-b", "main", f"--object-format={object_format}", *(["--bare"] if bare else [])
        )

    @classmethod
    def opened(cls, path: Path) -> ScratchRepo:
        """One that is there already."""
        repo = cls.__new__(cls)
        repo.path = path
        return repo

    def git(self, *args: str, stdin: bytes = b"", check: bool = True) -> str:
        """Output of any git command, stripped. With `check`, a failure fails the test."""
        done = subprocess.run(["git", *args], cwd=self.path, env=ENV, input=stdin, capture_output=True)
        assert not check or done.returncode == 0, (
            f"git {' '.join(args)}: {done.stderr.decode('utf-8', 'replace')}"
        )
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def config(self, key: str, value: str) -> None:
        """Set a key of the repository's own configuration."""
        self.git("config", key, value)

    def write(self, files: Mapping[str, Content]) -> None:
        """Write or (None) delete files in the work tree, without git."""
        for name, content in files.items():
            path = self.path / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, Content] | None = None, message: str = "change") -> str:
        """Write the files, commit everything (also what is ignored), return the commit id."""
        self.write(files or {})
        self.git("add", "--all", "--force")
        self.git("commit", "-q", "--allow-empty", "--no-verify", "-m", message)
        return self.head()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, at: str = "HEAD") -> None:
        """Make a branch under any legal name, also one that looks like an option."""
        self.git("update-ref", f"refs/heads/{name}", self.git("rev-parse", f"{at}^{{commit}}"))

    def tag(self, name: str, at: str = "HEAD", *, annotated: bool = False) -> None:
        if annotated:
            self.git("tag", "-a", "-m", "tag", name, at)
        else:
            self.git("update-ref", f"refs/tags/{name}", self.git("rev-parse", at))

    def checkout(self, name: str, *, new: bool = False) -> None:
        self.git("checkout", "-q", *(["-b"] if new else []), name)

    def merge(self, *others: str) -> str:
        self.git("merge", "-q", "--no-ff", "--no-edit", "-s", "ours", *others)
        return self.head()

    def blob(self, content: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", stdin=content)

    def tree(self, entries: Iterable[tuple[str, str, bytes]]) -> str:
        """A tree from (mode, id, name as bytes); the objects need not exist."""
        kinds = {"040000": b"tree", "160000": b"commit"}
        lines = (
            b"%s %s %s\t%s\0" % (m.encode(), kinds.get(m, b"blob"), o.encode(), n) for m, o, n in entries
        )
        return self.git("mktree", "-z", "--missing", stdin=b"".join(lines))

    def raw_tree(self, entries: Iterable[tuple[str, str, bytes]]) -> str:
        """Like `tree`, but written byte by byte, for trees that git itself refuses to make."""
        data = b"".join(m.encode() + b" " + n + b"\0" + bytes.fromhex(o) for m, o, n in entries)
        return self.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=data)

    def commit_tree(self, tree: str, *parents: str) -> str:
        args = [part for parent in parents for part in ("-p", parent)]
        return self.git("commit-tree", "-m", "made", *args, tree)

    def clone(self, to: Path, *options: str) -> ScratchRepo:
        """A clone over the file transport, so that `--depth` and `--filter` mean something."""
        self.git("clone", "-q", *options, f"file://{self.path}", str(to))
        return ScratchRepo.opened(to)
