"""What an install command installs: from the policy's index, from elsewhere, or with another manager."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from checker.load.discover import prose
from checker.load.discover.collected import Collected, at_line
from checker.load.discover.commands import LONGEST, Command, commands
from checker.load.discover.install_arguments import Install
from checker.load.discover.options import Arguments, sorted_out
from checker.load.discover.other_managers import other_install
from checker.model.base import Location
from checker.model.discovery import Form, Source

_INDEX_VARIABLE = re.compile(r"(?:(?:PIP|UV)_(?:DEFAULT_|EXTRA_)?INDEX(?:_URL)?|(?:PIP|UV)_FIND_LINKS)=(.+)")
_AT_VERSION = re.compile(r"([A-Za-z0-9][\w.-]*(?:\[[^]]*\])?)@([\w.!+]+)")
_RUN_FLAGS = frozenset({"-m", "--module", "-s", "--script"})


def read_command_line(
    found: Collected, text: str, at: Location, *, in_prose: bool, form: Form = Form.INSTALL_LINE
) -> bool:
    """Gather what the commands of one logical line install. True if there was an install command at all."""
    if len(text) > LONGEST:
        message = f"a command of {len(text)} characters: not read to its end"
        found.misunderstood(
            message, at, unexamined=not in_prose
        )  # what a person reads, nobody runs by itself
    any_install = False
    for command in commands(text):
        words = prose.meant(command.words) if in_prose else command.words
        meant = Command(command.program, words, command.variables)
        any_install |= _Reader(found, at, form, in_prose).read(meant)
    return any_install


def say_overlong(found: Collected, path: str, text: str) -> None:
    """Note the lines of `text` that are too long to be read whole, and may install something in the rest."""
    for number in prose.overlong(text):
        message = f"a line of more than {prose.LONGEST} characters: the rest is not read for installs"
        found.misunderstood(message, at_line(path, number), unexamined=True)


class _Reader:
    """One command in its context."""

    def __init__(self, found: Collected, at: Location, form: Form, in_prose: bool) -> None:
        self._install = Install(found, at, form, in_prose)

    def read(self, command: Command) -> bool:
        reader = _PROGRAMS.get(command.program)
        if reader is None:
            return self._other(command)
        if not reader(self, command.words):
            return False
        for variable in filter(None, map(_INDEX_VARIABLE.match, command.variables)):
            self._install.declare(variable[1], source=Source.INDEX)
        return True

    def pip(self, words: tuple[str, ...]) -> bool:
        return self._after("install", words)

    def pipenv(self, words: tuple[str, ...]) -> bool:
        return self._after("install", words)

    def add(self, words: tuple[str, ...]) -> bool:
        return self._after("add", words)

    def uv(self, words: tuple[str, ...]) -> bool:
        verb, rest = _verb(words)
        match verb:
            case "pip":
                return self._after("install", rest) or self._sync(rest)
            case "add":
                self._install.gather(sorted_out(rest))
            case "run":
                self._install.gather(_without_command(sorted_out(rest, first_only=True, flags=_RUN_FLAGS)))
            case "tool":
                return self._uv_tool(rest)
            case _:
                return False
        return True

    def uvx(self, words: tuple[str, ...]) -> bool:
        """`uvx tool`, `uvx --from distribution command`: an environment of its own either way."""
        arguments = sorted_out(words, first_only=True)
        origins = [value for option, value in arguments.extra if option in ("--from", "--spec")]
        arguments.names = origins or [_AT_VERSION.sub(_pinned, name) for name in arguments.names]
        arguments.extra = [(option, value) for option, value in arguments.extra if option in ("--with", "-w")]
        self._install.gather(arguments, tool=True)
        return True

    def pipx(self, words: tuple[str, ...]) -> bool:
        verb, rest = _verb(words)
        if verb == "run":
            return self.uvx(rest)
        if verb not in ("install", "inject"):
            return False
        self._install.gather(sorted_out(rest), tool=True)
        return True

    def _uv_tool(self, words: tuple[str, ...]) -> bool:
        if words[:1] == ("run",):
            return self.uvx(words[1:])
        if words[:1] != ("install",):
            return False
        arguments = sorted_out(words[1:])
        arguments.names = [_AT_VERSION.sub(_pinned, name) for name in arguments.names]
        self._install.gather(arguments, tool=True)
        return True

    def _sync(self, words: tuple[str, ...]) -> bool:
        if words[:1] != ("sync",):
            return False
        arguments = sorted_out(words[1:])
        arguments.files, arguments.names = arguments.files + arguments.names, []
        self._install.gather(arguments)
        return True

    def _after(self, verb: str, words: tuple[str, ...]) -> bool:
        """The arguments after `verb`, which may follow options of the program itself."""
        arguments = sorted_out(words)
        if arguments.names[:1] != [verb]:
            return False
        arguments.names = arguments.names[1:]
        self._install.gather(arguments)
        return True

    def _other(self, command: Command) -> bool:
        what = other_install(command)
        for name in what or ():
            self._install.ungoverned(command.program, name)
        return what is not None


_PROGRAMS: Mapping[str, Callable[[_Reader, tuple[str, ...]], bool]] = {
    "pip": _Reader.pip,
    "uv": _Reader.uv,
    "uvx": _Reader.uvx,
    "pipx": _Reader.pipx,
    "pipenv": _Reader.pipenv,
    "poetry": _Reader.add,
    "pdm": _Reader.add,
    "rye": _Reader.add,
}


def _pinned(found: re.Match[str]) -> str:
    """`ruff@0.4` is `ruff==0.4`; `ruff@latest` is any."""
    return found[1] if found[2] == "latest" else f"{found[1]}=={found[2]}"


def _verb(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The first word that is no option, and what follows it."""
    names = sorted_out(words, first_only=True).names
    return (names[0], words[words.index(names[0]) + 1 :]) if names and names[0] in words else ("", ())


def _without_command(arguments: Arguments) -> Arguments:
    arguments.names = []
    return arguments
