"""uv as the resolver, and as the one who knows the operator's default index.

Requirements reach uv as a file of our own making in an empty folder, with an environment of our own making:
options, paths and variables in a requirement, configuration files of a repository and `UV_*` variables have
no say. Nothing is ever built: a source archive would run its author's code on this machine.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from checker.engines.process import Finished, run
from checker.errors import InputError, Unanswered, UsageError
from checker.escape import decode, shortened
from checker.model.lock import Lock
from checker.rules.lock.requirements import edges_of
from checker.rules.lock.text import lock_text, requirement_line
from checker.tools import Conflict, Index, LockRequest

ENGINE = "uv"
#: What a tool needs of the operator's environment: certificate authorities, proxies, and a place to live.
_KEPT = re.compile(
    r"SSL_CERT_(FILE|DIR)|(HTTPS?|ALL|NO)_PROXY|PATH|TMPDIR|TE?MP|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT",
    re.IGNORECASE,
)
_CONFLICT = "No solution found"
_MISSING = re.compile(r"\b([a-z0-9][a-z0-9-]*) was not found in the")
_LOCK = "pylock.toml"
_ASKING_SECONDS = 30.0


def find_uv() -> str:
    """Path of the uv that is installed with Proctor. Raises Unanswered where it is missing."""
    try:
        from uv import find_uv_bin

        return find_uv_bin()
    except (ImportError, FileNotFoundError) as missing:
        raise Unanswered(ENGINE, "not installed") from missing


def default_index(uv: str, environ: Mapping[str, str] = os.environ) -> str:
    """Address of the index uv uses when none is named: the operator's variables, else uv's own default.

    Only the environment may choose; configuration files are not read. Raises Unanswered.
    """
    chosen = {name: environ[name] for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL") if environ.get(name)}
    argv = [
        uv,
        "pip",
        "compile",
        "-q",
        "--no-header",
        "--no-config",
        "--emit-index-url",
        "--python",
        _python(),
        "-",
    ]
    with tempfile.TemporaryDirectory(prefix="proctor-uv-") as folder:
        env = {**clean_environment(environ), **chosen, "UV_CACHE_DIR": str(Path(folder, "cache"))}
        done = run(ENGINE, argv, env=env, cwd=Path(folder), timeout=_ASKING_SECONDS)
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        if done.returncode == 0 and line.startswith("--index-url "):
            return line.removeprefix("--index-url ").strip()
    raise Unanswered(ENGINE, f"did not name its default index: {_said(done)}")


class UvResolver:
    """Satisfies `checker.tools.Resolver` with the real uv."""

    def __init__(
        self,
        uv: str,
        indexes: Sequence[str],
        index: Index,
        cache: Path,
        parse: Callable[[bytes, str, str], Lock],
        *,
        max_packages: int = 1_000,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """`indexes` are the addresses that `index` asks, the first with the highest priority.

        `parse` reads lock text (the loader's `parse_lock`: engines do not import the loader).
        """
        self._uv, self._indexes, self._index, self._parse = uv, tuple(indexes), index, parse
        self._cache = cache
        self._max_packages = max_packages
        self._environ = environ

    def lock(self, request: LockRequest) -> str:
        """Resolve and return the text of the lock, with hashes and edges. Raises Conflict or Unanswered."""
        data = self._compile(request)
        try:
            lock = self._parse(data, _LOCK, request.target.name)
        except InputError as error:
            raise Unanswered(ENGINE, f"wrote a lock that cannot be read: {error.message}") from error
        if len(lock.distributions) > self._max_packages:
            count = len(lock.distributions)
            raise Unanswered(
                ENGINE, f"{count} distributions are needed, the policy allows {self._max_packages}"
            )
        made_for = {"python": request.python, "platform": request.target.platform}
        edges = edges_of(lock.distributions, request.requirements, self._index, **made_for)
        return lock_text(
            tomllib.loads(data.decode("utf-8")),
            edges,
            target=request.target.name,
            python=request.python,
            exclude_newer=request.exclude_newer,
        )

    def _compile(self, request: LockRequest) -> bytes:
        lines = [_line(requirement) for requirement in request.requirements]
        with tempfile.TemporaryDirectory(prefix="proctor-uv-") as name:
            folder = Path(name)
            folder.joinpath("requirements.in").write_text("\n".join([*sorted(lines), ""]), encoding="utf-8")
            env = self._environment()
            done = run(ENGINE, self._argv(request), env=env, cwd=folder, timeout=request.timeout_seconds)
            if done.returncode != 0:
                raise self._failure(done, request.requirements)
            return _written(folder / _LOCK)

    def _failure(self, done: Finished, requirements: Sequence[Requirement]) -> Conflict | Unanswered:
        text = decode(done.stderr)
        if _CONFLICT not in text:
            return Unanswered(ENGINE, _said(done))
        # uv counts a project it may not read (401, 403) as one that does not exist; that is no conflict.
        missing = {canonicalize_name(name) for name in _MISSING.findall(text)}
        for answer in self._index.projects(missing).values():
            if isinstance(answer, Unanswered):
                return answer
        return _conflict(text.strip().removeprefix("error: "), requirements)

    def _argv(self, request: LockRequest) -> list[str]:
        newest = request.exclude_newer
        options: list[Any] = [
            *("--format", "pylock.toml", "--generate-hashes", "--no-config", "--no-build"),
            *(("--exclude-newer", newest.isoformat()) if newest is not None else ()),
            *("--python-platform", request.target.platform, "--python-version", request.python),
            *(
                "--python",
                _python(),
                "--index-strategy",
                "first-index",
                "--cache-dir",
                str(self._cache / "uv"),
            ),
        ]
        return [self._uv, "pip", "compile", "-q", "--no-header", *options, "-o", _LOCK, "requirements.in"]

    def _environment(self) -> dict[str, str]:
        # The addresses may hold credentials: in the environment they are not seen in a list of processes.
        *others, default = self._indexes
        chosen = {"UV_DEFAULT_INDEX": default, **({"UV_INDEX": " ".join(others)} if others else {})}
        return {**clean_environment(self._environ), **chosen}


def _written(lock: Path) -> bytes:
    try:
        return lock.read_bytes()
    except OSError as error:
        raise Unanswered(ENGINE, "ended well and wrote no lock") from error


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The part of the operator's environment that uv may see, and what keeps it from doing more."""
    kept = {name: value for name, value in environ.items() if _KEPT.fullmatch(name)}
    return {**kept, "NO_COLOR": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}


def _python() -> str:
    """The interpreter uv looks at first; the target's version is an option of its own."""
    return sys.executable


def _line(requirement: Requirement) -> str:
    try:
        return requirement_line(requirement)
    except ValueError as error:
        raise UsageError(f"requirement for {requirement.name} {error}") from error


def _conflict(explanation: str, requirements: Sequence[Requirement]) -> Conflict:
    declared = sorted({canonicalize_name(requirement.name) for requirement in requirements})
    return Conflict(shortened(explanation, 8_000), tuple(n for n in declared if _names(n, explanation)))


def _names(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None


def _said(done: Finished) -> str:
    words = " ".join(decode(done.stderr).split())
    return shortened(words, 500) or f"exit code {done.returncode} without a word"
