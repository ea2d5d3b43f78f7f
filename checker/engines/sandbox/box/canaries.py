"""Planted secrets, new ones for each run, and the search for them in what a skill says and sends.

They open nothing anywhere. A skill that is honest has no reason to repeat them; one that collects secrets
finds them where such programs look. They are made at run time only, so no scanner finds one in a repository.
"""

from __future__ import annotations

import base64
import math
import secrets
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

#: A piece of a secret (of any of its forms) that is this long is found wherever it stands.
PIECE = 15
_WINDOW, _STRIDE = 12, 4
_KEEP = (string.ascii_lowercase + string.digits).encode()
_DROP = bytes(sorted(set(range(256)) - set(_KEEP)))
_HOME = "/tmp"  # noqa: S108 - in the box


@dataclass(frozen=True)
class Canaries:
    """The secrets of one run."""

    key_id: str
    secret_key: str
    token: str
    ssh_lines: tuple[str, ...]

    @classmethod
    def new(cls) -> Canaries:
        """Never the same twice."""
        letters = string.ascii_letters + string.digits
        return cls(
            key_id="AKIA" + _random(string.ascii_uppercase + "234567", 16),
            secret_key=_random(letters, 40),
            token="ghp_" + _random(letters, 36),
            ssh_lines=tuple(_random(letters, 64) for _ in range(3)),
        )

    @property
    def env(self) -> Mapping[str, str]:
        """Variables of each phase. None that tests use to choose whether they talk to a real service."""
        return {
            "AWS_ACCESS_KEY_ID": self.key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "DEPLOY_TOKEN": self.token,
        }

    @property
    def files(self) -> Mapping[str, str]:
        """Text by path."""
        kind = "OPENSSH PRIVATE KEY-----"
        key = "\n".join((f"-----BEGIN {kind}", *self.ssh_lines, f"-----END {kind}"))
        cloud = f"aws_access_key_id = {self.key_id}\naws_secret_access_key = {self.secret_key}"
        return {
            f"{_HOME}/.aws/credentials": f"[default]\n{cloud}\n",
            f"{_HOME}/.git-credentials": f"https://deploy:{self.token}@git.example\n",
            f"{_HOME}/.ssh/id_ed25519": f"{key}\n",
        }

    def found(self, data: bytes) -> tuple[str, ...]:
        """Names of the secrets of which `data` holds a piece: as it is, reversed, or encoded."""
        text = _bare(data)
        windows = (text[at : at + _WINDOW] for at in range(len(text) - _WINDOW + 1))
        seen = {self._pieces[window] for window in windows if window in self._pieces}
        return tuple(name for name in self._named if name in seen)

    @cached_property
    def _pieces(self) -> Mapping[bytes, str]:
        return {piece: name for name, value in self._named.items() for piece in _windows(value.encode())}

    @property
    def _named(self) -> Mapping[str, str]:
        return {
            "the fake AWS key id": self.key_id,
            "the fake AWS secret key": self.secret_key,
            "the fake GitHub token": self.token,
            "the fake SSH key": "".join(self.ssh_lines),
        }


def _windows(value: bytes) -> Iterator[bytes]:
    for form in _forms(value):
        bare = _bare(form)
        for at in range(0, len(bare) - _WINDOW + 1, _STRIDE):
            yield bare[at : at + _WINDOW]


def _forms(value: bytes) -> Iterator[bytes]:
    yield value
    yield value[::-1]
    yield value.hex().encode()
    yield from _shifted(value, base64.b64encode, bits=6)
    yield from _shifted(value, base64.b32encode, bits=5)
    yield from _shifted(value, base64.b32hexencode, bits=5)


def _shifted(value: bytes, encode: Callable[[bytes], bytes], bits: int) -> Iterator[bytes]:
    """An encoding at every offset, without the characters that depend on what stands before and after."""
    for shift in range(math.lcm(8, bits) // 8):
        first, end = -(-8 * shift // bits), 8 * (shift + len(value)) // bits
        yield encode(b"\0" * shift + value)[first:end]


def _bare(data: bytes) -> bytes:
    """Lower case letters and digits alone: DNS forgets case, and separators split what is sent in pieces."""
    return data.lower().translate(None, _DROP)


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))
