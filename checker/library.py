"""Skills' images from Python: install a skill's packages, execute with them, list images, clean up.

What `proctor sandbox` does on the command line, with values instead of text. Nothing is asked of an engine
or an index before a method is called, and Docker's library is not loaded before either. See docs/library.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from checker.errors import InputError, PolicyError, ProctorError, Unanswered, UsageError
from checker.model.evidence import PhaseEvidence
from checker.tools import Image

if TYPE_CHECKING:
    from checker.cli.session import Session
    from checker.engines.sandbox import Freed, Kept

__all__ = [
    "Image",
    "InputError",
    "PhaseEvidence",
    "PolicyError",
    "ProctorError",
    "SkillImages",
    "Unanswered",
    "UsageError",
]


@dataclass(frozen=True)
class SkillImages:
    """The images of the skills in `repository`, a folder on disk, judged by the policy in it.

    `cache` is where wheels, layers and the index of images are kept (default: the user's cache folder). With
    `offline` no package index is asked. `now` is the moment that approvals and waivers are judged at (UTC,
    where it names no offset). Without `ask_advisories` nobody is asked whether a package is known to be
    malicious.
    """

    repository: Path | str
    cache: Path | None = None
    offline: bool = False
    now: dt.datetime | None = None
    ask_advisories: bool = True

    def install_packages(self, skill: str) -> Image:
        """Put the locked packages of `skill` and its own files in an image, or find the one that is there.

        `skill` is a folder below the repository, or the last part of it. None of the skill's code and none of
        its packages' runs. Raises UsageError (no such skill; `Denied`, with the verdict, where the policy
        denies it), PolicyError, InputError (a wheel or file that must not go in an image), and Unanswered (no
        engine, no index, no wheel).
        """
        with ExitStack() as stack:
            return self._session(stack, skill).build()

    def execute_with_packages(
        self, skill: str, script: str, arguments: Sequence[str] = (), *, stdin: bytes = b""
    ) -> PhaseEvidence:
        """Run one script of `skill` in its image, without network, under the limits of its level.

        `script` is a path in the skill's folder. The evidence has exit code, output (capped and escaped) and
        what the kernel counted; a script that fails is no exception. The image is made first where there is
        none. Raises as `install_packages`.
        """
        with ExitStack() as stack:
            return self._session(stack, skill).run(script, arguments, stdin)

    def list_images(self) -> tuple[Kept, ...]:
        """The images that the engine has of this cache folder's own index, by name. Raises Unanswered."""
        from checker.engines.sandbox import Engine, State, indexed

        with closing(Engine()) as engine:
            return indexed(engine, State(self._cache() / "sandbox"))

    def clean_up(
        self, *, older_than: dt.timedelta | None = None, max_bytes: int | None = None
    ) -> Freed | None:
        """Remove images, layers, wheels and evidence over either limit, oldest use first; without any, all.

        Nothing but what this cache folder's own index names is touched. None where another Proctor uses the
        folder: then nothing was removed. Raises Unanswered.
        """
        from checker.cli.evidence import stores
        from checker.engines.sandbox import Engine, Keep, State, tidy

        cache, everything = self._cache(), older_than is None and max_bytes is None
        age = None if older_than is None else older_than.total_seconds()
        records = stores(cache)
        keep = Keep(0 if everything else max_bytes, age, cache / "wheels", records)
        with closing(Engine()) as engine:
            return tidy(engine, State(cache / "sandbox"), keep)

    def _cache(self) -> Path:
        from checker.cli.cache_folder import cache_folder

        return cache_folder(self.cache)

    def _session(self, stack: ExitStack, skill: str) -> Session:
        from checker.cli.session import Session
        from checker.cli.terms import Terms

        now = self.now or dt.datetime.now(dt.UTC)
        now = now.astimezone(dt.UTC) if now.tzinfo else now.replace(tzinfo=dt.UTC)  # days end at midnight UTC
        terms = Terms(now, self.cache, offline=self.offline)
        place = Path(self.repository)
        return Session.open(stack, place, skill, terms, ask_advisories=self.ask_advisories)
