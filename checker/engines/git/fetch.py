"""Fetching what a shallow clone lacks: the base's tip, the head, and the history up to where they parted.

The address is the caller's, never a remote of the clone's configuration; the token goes to it alone, by an
environment variable that ends with the call: it is in no argument list and on no disk.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from checker.engines.git.command import ENGINE, GitCommand
from checker.errors import Unanswered, UsageError
from checker.escape import shortened, visible

_TIMEOUT_SECONDS = 900.0
_SCHEMES = ("http", "https")
_WANTED = re.compile(
    r"(?:refs/heads/(?!.*(?:\.\.|//|@\{))[^\x00-\x20\x7f~^:?*\[\\]+|[0-9a-f]{40}|[0-9a-f]{64})\Z"
)
#: What the operator says of certificates and ways out; git itself gets no other variable.
_PASSED = ("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "http_proxy", "https_proxy", "HTTPS_PROXY",
           "no_proxy", "NO_PROXY")  # fmt: skip
_QUIET = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance",
          "--force")  # fmt: skip


@dataclass(frozen=True)
class Remote:
    """Where to fetch from: an http(s) address without credentials, and the token for it ("" for none)."""

    url: str
    token: str = field(default="", repr=False)


def fetch(command: GitCommand, remote: Remote, wanted: Mapping[str, str], *depth: str) -> None:
    """Fetch branches (full references) or commit ids, each into the local reference it is mapped to.

    `depth` are git's own options (`--depth=20`, `--unshallow`, none). Raises Unanswered, and UsageError for
    what is neither a branch nor an id.
    """
    for name in wanted:
        if not _WANTED.match(name):
            raise UsageError(f"{visible(shortened(name, 100))} is neither a full branch name nor a commit id")
    specs = [f"+{name}:{local}" for name, local in wanted.items()]
    command.run(
        "fetch",
        *_QUIET,
        *depth,
        "--end-of-options",
        remote.url,
        *specs,
        settings=("gc.auto=0", "maintenance.auto=false"),
        extra_env=_env(remote),
        timeout=_TIMEOUT_SECONDS,
    )


def _env(remote: Remote) -> dict[str, str]:
    scheme = urlsplit(remote.url).scheme
    if scheme not in _SCHEMES:
        raise Unanswered(ENGINE, f"history is fetched over http(s) alone, not from {visible(remote.url)}")
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return {**passed, "GIT_ALLOW_PROTOCOL": scheme, **_settings(remote)}


def _settings(remote: Remote) -> dict[str, str]:
    """Settings for git by environment. An empty header drops those that a checkout left in the clone.

    GitHub answers 400 to two Authorization headers; and a redirect could carry ours elsewhere.
    """
    header = f"http.{remote.url}.extraHeader"
    pairs = [("credential.helper", ""), ("http.followRedirects", "false"), (header, "")]
    if remote.token:
        secret = base64.b64encode(f"x-access-token:{remote.token}".encode()).decode()
        pairs.append((header, f"Authorization: Basic {secret}"))
    told = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for number, (key, value) in enumerate(pairs):
        told |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return told
