"""The options of pip and uv that carry a package, a file or an index.

One table serves requirements files and command lines. Options that take a value must be known, or the value
would pass for a package.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from checker.load.discover.words import words

_FILES = frozenset({"-r", "--requirement", "--requirements", "--with-requirements"})
_CONSTRAINTS = frozenset({"-c", "--constraint", "--constraints", "--override", "--overrides"})
_EDITABLES = frozenset({"-e", "--editable", "--with-editable"})
_INDEXES = frozenset(
    {
        "-i",
        "-f",
        "--index-url",
        "--extra-index-url",
        "--pypi-url",
        "--find-links",
        "--index",
        "--default-index",
    }
    | {"--trusted-host", "--allow-insecure-host", "--source"}
)
_SOURCE_BUILDS = frozenset({"--no-binary", "--no-binary-package"})
_WITH = frozenset({"--with", "-w", "--spec", "--from"})
_VALUES = words(
    "-t --target --prefix --root -p --python --platform --python-platform --python-version "
    "--implementation --abi --upgrade-strategy --only-binary --progress-bar --cache-dir --log --proxy "
    "--retries --timeout --cert --client-cert -d --dest --config-settings --config-setting -C "
    "--global-option --build-option --report --exists-action --root-user-action --use-feature "
    "--use-deprecated --src --exclude-newer --link-mode --resolution --prerelease --index-strategy "
    "--keyring-provider --refresh-package --reinstall-package -P --upgrade-package --color --directory "
    "--project --config-file --extra --group --only-group --no-group --no-extra --tag --branch --rev "
    "--script --bounds --marker -m --torch-backend --env-file --build-constraint -b --build-constraints "
    "--no-build-isolation-package --no-build-package --only-build-package --suffix --pip-args "
    "--optional --package --module --fork-strategy --exclude-newer-package --log-file --hash --egg-base "
    "--install-option --no-sources-package"
)
_PIECES = {
    **dict.fromkeys(_FILES, "files"),
    **dict.fromkeys(_CONSTRAINTS, "constraints"),
    **dict.fromkeys(_EDITABLES, "editables"),
    **dict.fromkeys(_INDEXES, "indexes"),
    **dict.fromkeys(_SOURCE_BUILDS, "source_builds"),
    **dict.fromkeys(_WITH, "extra"),
    **dict.fromkeys(_VALUES, "ignored"),
}


@dataclass
class Arguments:
    """What stands after a command, sorted by meaning. Every list keeps the order and the text as written.

    `extra` are the values of `--with`, `--from` and `--spec` with their option, `flags` the options without a
    value.
    """

    names: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    editables: list[str] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    source_builds: list[str] = field(default_factory=list)
    extra: list[tuple[str, str]] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)


def sorted_out(
    tokens: Sequence[str], *, first_only: bool = False, flags: frozenset[str] = frozenset()
) -> Arguments:
    """Sort `tokens`. With `first_only` reading stops after the first name: the rest belongs to that command.

    `flags` are options that this program knows as flags although others take a value (`uv run -m`).
    """
    result = Arguments()
    rest = iter(tokens)
    for token in rest:
        if token == "--":  # noqa: S105 - the end of options, not a secret
            result.names.extend(rest if not first_only else [t for t, _ in zip(rest, range(1), strict=False)])
        elif token.startswith("-") and len(token) > 1:
            _option(result, token, rest, flags)
        else:
            result.names.append(token)
        if first_only and result.names:
            break
    return result


def _option(result: Arguments, token: str, rest: Iterator[str], flags: frozenset[str]) -> None:
    option, value = _split(token)
    meaning = _PIECES.get(option) if option not in flags else None
    if meaning is None:
        result.flags.append(token)
        return
    if value is None:
        value = next(rest, "")
    if meaning == "extra":
        result.extra.append((option, value))
    elif meaning != "ignored":
        getattr(result, meaning).append(value)


def _split(token: str) -> tuple[str, str | None]:
    """`--name=value`, `-rvalue` and bundles such as `-qr` (whose last letter may take the next token)."""
    if token.startswith("--"):
        name, equals, value = token.partition("=")
        return name, value if equals else None
    if len(token) == 2 or token[:2] in _PIECES:
        return token[:2], token[2:].removeprefix("=") or None
    return f"-{token[-1]}", None
