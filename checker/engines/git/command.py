"""How git is called on content that nobody trusts.

Plumbing only, and nothing that a repository, a user or the system configured may run: no hooks, filters,
monitors, pagers, helpers or transports. What could change the meaning of an object is off, too: replacement
refs, grafts, the commit graph, and the variables that point git elsewhere.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from checker.engines import process
from checker.engines.conversation import Conversation
from checker.errors import Unanswered, UsageError
from checker.escape import decode, shortened, visible

ENGINE = "git"
TIMEOUT_SECONDS = 120.0
_MAX_OUTPUT = 512 * 1024 * 1024
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.commitGraph=false",
    "advice.graftFileDeprecated=false",
    "protocol.allow=never",
    "protocol.ext.allow=never",
)


@dataclass(frozen=True)
class Place:
    """Where a repository is.

    `top` is None for a bare one. `prefix` is the examined folder below `top`, "" or `a/b/`, as git writes it.
    """

    folder: Path
    git_dir: Path
    top: Path | None
    prefix: str = ""


def find_place(folder: Path) -> Place | None:
    """The repository that holds `folder`, or None. Raises UsageError when `folder` is none or lies in `.git`.

    We look for `.git` ourselves: a commit cannot hold one, whereas git itself would take a committed folder
    that looks like a bare repository for the repository. Naming the repository to git also leaves out its
    question who owns it. That one protects from configuration that runs something, and here none does; in a
    container the owner is often somebody else.
    """
    if not folder.is_dir():
        raise UsageError(f"{visible(str(folder))} is not a folder")
    folder = folder.resolve()
    if ".git" in folder.parts:
        raise UsageError(f"{visible(str(folder))} lies inside a .git folder")
    for top in (folder, *folder.parents):
        if os.path.lexists(top / ".git"):
            inner = folder.relative_to(top).as_posix()
            return Place(folder, top / ".git", top, "" if inner == "." else f"{inner}/")
    bare = (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()
    return Place(folder, folder, None) if bare else None


@dataclass(frozen=True)
class GitCommand:
    """Calls git for one repository. Stateless; every call is a process of its own."""

    place: Place
    program: str = field(default_factory=lambda: shutil.which("git", path=_search_path()) or "git")

    def argv(self, *args: str, settings: Sequence[str] = ()) -> list[str]:
        """The whole command line for `args` (a plumbing command and its arguments)."""
        parts = [part for setting in (*_SETTINGS, *settings) for part in ("-c", setting)]
        return [self.program, "--no-pager", *parts, *args]

    @property
    def env(self) -> dict[str, str]:
        """The whole environment: nothing of ours but where programs are, so no `GIT_*` variable leaks in."""
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TMPDIR", "TEMP") if name in os.environ}
        where = {"GIT_DIR": str(self.place.git_dir)}
        if self.place.top is not None:
            where["GIT_WORK_TREE"] = str(self.place.top)
        return {**kept, "PATH": _search_path(), **_FIXED_ENV, **where}

    def run(
        self,
        *args: str,
        accept: Collection[int] = (0,),
        extra_env: Mapping[str, str] | None = None,
        settings: Sequence[str] = (),
        timeout: float = TIMEOUT_SECONDS,
        stdin: bytes = b"",
    ) -> process.Finished:
        """Run a command in the examined folder. Raises Unanswered for an exit code not in `accept`."""
        done = process.run(
            ENGINE,
            self.argv(*args, settings=settings),
            env={**self.env, **(extra_env or {})},
            cwd=self.place.folder,
            timeout=timeout,
            stdin=stdin,
            max_output=_MAX_OUTPUT,
        )
        if done.returncode not in accept:
            raise Unanswered(ENGINE, f"`git {args[0]}` ended with {done.returncode}: {said(done.stderr)}")
        return done

    def conversation(self, *args: str) -> Conversation:
        """Start a command that is asked many times. Raises Unanswered."""
        return Conversation(
            ENGINE, self.argv(*args), env=self.env, cwd=self.place.folder, timeout=TIMEOUT_SECONDS
        )

    def text(self, *args: str) -> str:
        """Output of a command that answers in ASCII (ids, flags), stripped."""
        return self.run(*args).stdout.decode("ascii", "backslashreplace").strip()


def said(stderr: bytes) -> str:
    """What git complained of, on one line and safe to print."""
    return shortened(decode(stderr.strip(), newlines=False), 300) or "it gave no reason"


def _search_path() -> str:
    """PATH without relative folders: those would be looked up in the repository."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if Path(folder).is_absolute())


_FIXED_ENV = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # older git knows no GIT_NO_LAZY_FETCH
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
