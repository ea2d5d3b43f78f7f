"""Whether what a run finds out may be kept for runs after it. Pure: variables and event of the runner go in.

A fork's run examines what nobody here has accepted. It may use what trusted runs have kept; what it keeps
itself they would have to believe.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.rules.sandbox.self_hosted import foreign


def trusted(environment: Mapping[str, str], event: Mapping[str, Any] | None) -> bool:
    """Whether this is a run on somebody's own machine, or a job for the repository's own branches.

    `event` is the parsed event file, None where it cannot be read. Of an event that is not known to be the
    repository's own, nobody knows whose content a workflow examines for it.
    """
    return environment.get("GITHUB_ACTIONS") != "true" or not foreign(environment, event)
