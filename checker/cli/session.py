"""One skill on disk and the policy on disk: what every command about one skill works on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import click

from checker.cli.terms import Terms
from checker.cli.wiring import Wiring
from checker.commands.examinee import find_examinee
from checker.model.evidence import PhaseEvidence
from checker.model.plan import Examinee
from checker.tools import Image


@dataclass(frozen=True)
class Session:
    """The skill as it is on disk, and the outside world that its policy says."""

    examinee: Examinee
    wiring: Wiring
    ask_advisories: bool = True

    @classmethod
    def open(
        cls,
        stack: ExitStack,
        path: Path,
        skill: str,
        terms: Terms,
        *,
        ask_advisories: bool = True,
    ) -> Self:
        """Find the skill. Raises UsageError and PolicyError."""
        wiring = Wiring.on_disk(terms, stack, path)
        return cls(find_examinee(wiring.policy_tree, wiring.policy, skill), wiring, ask_advisories)

    def build(self) -> Image:
        """The skill's image. Raises Denied, Unanswered, InputError."""
        from checker.commands import sandbox

        wiring = self.wiring
        tools = wiring.tools(wiring.policy_tree, sandbox=True)
        if not self.ask_advisories:
            tools = replace(tools, scanners=(), off={**tools.off, "scan": "--no-advisories"})
        if reason := tools.off.get("scan"):
            click.echo(f"proctor: no advisory engine was asked: {reason}", err=True)
        return sandbox.build(self.examinee, wiring.policy, tools, wiring.sandbox, wiring.now)

    def run(self, script: str, arguments: Sequence[str], stdin: bytes) -> PhaseEvidence:
        """Evidence of one script. Raises Denied, Unanswered, InputError, UsageError."""
        from checker.commands import sandbox

        image = self.build()
        wiring = self.wiring
        return sandbox.execute(self.examinee, wiring.policy, wiring.sandbox, image, script, arguments, stdin)
