"""The YAML that `proctor init` writes. Pure; what comes from a repository stands in it quoted or escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path

from packaging.utils import NormalizedName

from checker import __version__
from checker.commands.init.proposal import Proposal
from checker.commands.init.wanted import Remark, Wanted, shown_places
from checker.escape import visible
from checker.model.base import Location
from checker.model.level import Level

#: What YAML reads as text without quotes, by any of its versions: it begins and ends with a letter or digit.
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9._,\[\]<>=!~*-]*[A-Za-z0-9\]*])?")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "inf", "nan"})
_LINE = 110
#: In a source checkout.
_EXAMPLES = {"proctor.yml": Path(__file__).resolve().parents[3] / "examples/workflows/pull-request.yml"}


def manifest_text(proposal: Proposal, folder: str, level: Level | None, python: str | None = None) -> str:
    """`skill.yaml` for the skill in `folder`; without level and Python the policy's defaults hold."""
    lines = [
        "# Written by `proctor init` from what this skill's files say. From now on this file is what counts.",
        "version: 1",
        *([f"maturity: {level}"] if level else []),
        *([f'python: "{python}"  # the lowest that its packages can be used with'] if python else []),
        *_packages(proposal.packages, folder),
        *_remarked("Left out:", proposal.left_out, folder),
        *_remarked("To decide:", proposal.open, folder),
    ]
    return "\n".join([*lines, ""])


def use(wanted: Wanted, folder: str) -> str:
    """Who uses a package and why it is there, for the registry's `reason`."""
    verbs = {"imported": "imports it", "prose": "tells a reader to install it"}
    return f"{visible(folder)} {verbs.get(wanted.why, 'declares it')} ({shown_places(wanted.places, folder)})"


def registry_text(uses: Mapping[NormalizedName, str]) -> str:
    """A registry in which every name awaits approval; `uses` says by whom it is used and where."""
    head = "# What skills may use. Each entry awaits a decision: approved (with `min_maturity`) or banned.\n"
    return (
        f"{head}version: 1\npackages:\n{registry_entries(uses)}"
        if uses
        else f"{head}version: 1\npackages: []\n"
    )


def registry_entries(uses: Mapping[NormalizedName, str]) -> str:
    """The entries alone, to be put into a registry that is there."""
    return "".join(
        f"  - name: {scalar(name)}\n    status: pending\n    reason: {scalar(reason)}\n"
        for name, reason in sorted(uses.items())
    )


def starter(name: str) -> str:
    """A file that ships with Proctor (`checker/data/init`), for the version that is running.

    The workflow is the one of `examples/workflows/`, and gets there when the wheel is built.
    """
    shipped = Path(str(resources.files("checker")), "data/init", name)
    text = (shipped if shipped.exists() else _EXAMPLES[name]).read_text("utf-8")
    return text.replace("{version}", __version__)


def scalar(text: str) -> str:
    """`text` as a YAML value: plain where every reader takes it for that text, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _packages(wanted: Sequence[Wanted], folder: str) -> Iterator[str]:
    if not wanted:
        yield "packages: []"
        return
    yield "packages:"
    for one in wanted:
        yield f"  - {scalar(str(one.requirement))}  # {_because(one, folder)}"


def _because(wanted: Wanted, folder: str) -> str:
    places = shown_places(wanted.places, folder)
    match wanted.why:
        case "imported":
            return f"imported in {places}; nothing declared it"
        case "prose":
            return f"{places}: a line a reader sees; remove it if the skill does not use it"
        case _:
            return places


def _remarked(heading: str, remarks: Iterable[Remark], folder: str) -> Iterator[str]:
    """Remarks as comments, those that say the same in one line."""
    grouped = _grouped(remarks)
    lines = [f"#   {visible(text)} ({shown_places(places, folder)})" for text, places in grouped.items()]
    if lines:
        yield f"# {heading}"
        yield from lines


def _grouped(remarks: Iterable[Remark]) -> dict[str, list[Location]]:
    grouped: dict[str, list[Location]] = {}
    for remark in remarks:
        grouped.setdefault(remark.text, []).append(remark.location)
    return grouped
