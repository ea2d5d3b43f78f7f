"""Package managers that Proctor does not govern: their installs are listed, so that none seems judged."""

from __future__ import annotations

from collections.abc import Mapping

from checker.load.discover.commands import Command
from checker.load.discover.words import words

_INSTALL = frozenset({"install"})
_ADD = frozenset({"add", "install"})
#: For each program the verbs that install; no verbs = the first word itself is fetched and run.
_VERBS: Mapping[str, frozenset[str]] = {
    "npm": frozenset({"install", "i", "add", "exec"}),
    "pnpm": frozenset({"add", "install", "i", "dlx"}),
    "yarn": frozenset({"add", "dlx"}),
    "bun": frozenset({"add", "install", "i", "x"}),
    "deno": _ADD,
    "npx": frozenset(),
    "bunx": frozenset(),
    "pnpx": frozenset(),
    "brew": _INSTALL,
    "apt": _INSTALL,
    "apt-get": _INSTALL,
    "dnf": _INSTALL,
    "yum": _INSTALL,
    "zypper": _INSTALL,
    "apk": frozenset({"add"}),
    "pacman": frozenset({"-S", "-Sy", "-Syu"}),
    "conda": _INSTALL,
    "mamba": _INSTALL,
    "micromamba": _INSTALL,
    "cargo": _ADD,
    "go": frozenset({"install", "get"}),
    "gem": _INSTALL,
    "choco": _INSTALL,
    "scoop": _INSTALL,
    "winget": _INSTALL,
    "snap": _INSTALL,
    "port": _INSTALL,
}
_VALUES = words(
    "-n --name -c --channel -p --prefix --version --features --git --tag --branch --rev -e -t -C --registry"
)


def other_install(command: Command) -> tuple[str, ...] | None:
    """What the command installs (perhaps nothing by name), or None where it installs nothing we know of."""
    verbs = _VERBS.get(command.program)
    if verbs is None:
        return None
    words = list(command.words)
    if command.program == "yarn" and words[:1] == ["global"]:
        words = words[1:]
    if not verbs:
        return _names(words)[:1]
    place = next((i for i, word in enumerate(words) if word in verbs), None)
    if place is None or any(not word.startswith("-") for word in words[:place]):
        return None
    return _names(words[place + 1 :])


def _names(words: list[str]) -> tuple[str, ...]:
    names: list[str] = []
    after_value_option = False
    for word in words:
        if not word.startswith("-") and not after_value_option:
            names.append(word)
        after_value_option = word in _VALUES
    return tuple(names)
