"""Where the time of a run went, as a table and within a JSON verdict."""

from __future__ import annotations

from checker.model.profile import Profile, Share
from checker.reporters.json_ import document, printable

_HEAD = f"{'where the time went':<22}{'wall':>10}{'cpu':>12}"


def render(profile: Profile) -> str:
    """One line for each share, in the order of a run, and the whole."""
    lines = [_HEAD, *(_line(share, profile.wall_seconds) for share in profile.shares)]
    return "\n".join([*lines, _cells("in all", profile.wall_seconds, profile.cpu_seconds)]) + "\n"


def with_profile(text: str, profile: Profile) -> str:
    """A JSON verdict with the profile as its last key: added to the text, so that it tells of its making."""
    added = printable({"profile": document(profile)}).removeprefix("{\n")
    return f"{text.removesuffix(_END)},\n{added}"


#: How a JSON object of several keys ends.
_END = "\n}\n"


def _line(share: Share, whole: float) -> str:
    part = f"{share.wall_seconds / whole:>6.0%}" if whole else ""
    return _cells(" and ".join(share.stages), share.wall_seconds, share.cpu_seconds) + part


def _cells(name: str, wall: float, cpu: float) -> str:
    return f"  {name:<20}{wall:>8.3f} s{cpu:>10.3f} s"
