"""The Docker engine, reached through docker-py. Its troubles leave here as Unanswered.

Every call has a time limit; images are asked for by id or digest, and nothing is pulled on the side.
"""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from checker.errors import Unanswered
from checker.escape import shortened, visible

if TYPE_CHECKING:
    from docker import APIClient

ENGINE = "docker"
#: Seconds an answer may take. Loading a large image is the slowest thing asked.
CALL_TIMEOUT = 120
#: Seconds to find out whether there is an engine at all.
_PING_TIMEOUT = 10
#: How much of the machine's memory boxes may have together, if each takes all it is allowed.
_MEMORY_SHARE = 0.75
_DEFAULT_ADDRESS = "unix:///var/run/docker.sock"


class Engine:
    """A connection, made when first needed and kept for the whole run."""

    def __init__(self) -> None:
        """Nothing is asked yet: a run without sandbox must not wait for an engine."""
        self._client: APIClient | None = None
        self._connecting = threading.Lock()
        self._closed = False
        #: Name of the state folder of this run, which its containers carry; "" before anything is built.
        self.state = ""
        #: Label of the containers that were made over this connection.
        self.run = secrets.token_hex(8)
        #: Containers that are still there because the engine did not answer when they should have gone.
        self.unremoved: set[str] = set()

    @property
    def api(self) -> APIClient:
        """The client. Raises Unanswered when no engine answers, and after `close`."""
        with self._connecting:
            if self._closed:  # a thread that goes on after an interrupt must not start anything any more
                raise Unanswered(ENGINE, "the run has ended")
            if self._client is None:
                self._client = _connect()
            return self._client

    @property
    def connected(self) -> bool:
        """Whether anything was asked of it."""
        return self._client is not None

    def reach(self) -> None:
        """Connect, if that has not happened. Raises Unanswered when no engine answers."""
        _ = self.api

    def close(self) -> None:
        """Give the sockets back; nothing is asked from here on."""
        with self._connecting:
            self._closed = True
            if self._client is not None:
                self._client.close()
                self._client = None

    def version(self) -> str:
        """The engine's version, or "" when it does not answer."""
        try:
            with answered("asked for its version"):
                return str(self.api.version()["Version"])
        except Unanswered:
            return ""

    @cached_property
    def architecture(self) -> str:
        """The engine's word for its processor (`amd64`, `arm64`). Raises Unanswered."""
        with answered("asked for its version"):
            about = self.api.version()
        if about.get("Os") != "linux":
            raise Unanswered(
                ENGINE, f"runs {visible(str(about.get('Os')))} containers; Linux ones are needed"
            )
        return str(about["Arch"])

    def room(self, cpus: float, memory_bytes: int) -> int:
        """How many boxes of this size its machine holds beside what else runs there; at least one."""
        with answered("asked for its machine"):
            about = self.api.info()
        memory = int(about.get("MemTotal") or 0) * _MEMORY_SHARE
        return max(1, min(int(int(about.get("NCPU") or 1) / cpus), int(memory / memory_bytes)))

    def image(self, reference: str) -> dict[str, Any] | None:
        """What the engine knows of an image, or None when it has none such."""
        import docker.errors

        api: Any = self.api  # the stubs leave this method without types
        with answered("asked for an image"), suppress(docker.errors.NotFound):
            found: dict[str, Any] = _twice(lambda: api.inspect_image(reference))
            return found
        return None

    def load(self, archive: Iterator[bytes]) -> None:
        """`docker load`. Raises Unanswered with the engine's own words."""
        api: Any = self.api
        with answered("loading an image"):
            for line in api.load_image(archive):
                if "error" in line:
                    raise Unanswered(ENGINE, f"loading an image: {_one_line(line['error'])}")


@contextmanager
def answered(doing: str) -> Iterator[None]:
    """Turn every way in which docker-py fails into Unanswered. `doing` completes "while …"."""
    import docker.errors
    import requests.exceptions
    import urllib3.exceptions

    try:
        yield
    except (
        docker.errors.DockerException,
        requests.exceptions.RequestException,
        urllib3.exceptions.HTTPError,
        OSError,
    ) as error:
        raise Unanswered(ENGINE, f"{doing}: {_one_line(error)}") from error


#: Most of those who read it have the program alone, without the repository and its scripts.
_NOT_REACHED = (
    "not reached; install Docker or start it (`scripts/setup-engine.sh` of Proctor's repository does both), "
    "or leave this out: `proctor check --no-sandbox`"
)


def _connect() -> APIClient:
    import docker
    from docker.utils import kwargs_from_env

    with answered(_NOT_REACHED):
        settings: Any = kwargs_from_env()
        _knock(settings.get("base_url") or _DEFAULT_ADDRESS)
        return docker.APIClient(**settings, version=_api_version(settings), timeout=CALL_TIMEOUT)


def _knock(address: str) -> None:
    """Connect to a Unix socket and hang up: docker-py leaves its own open when nobody answers there."""
    if not address.startswith("unix://"):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.settimeout(_PING_TIMEOUT)
        door.connect(address.removeprefix("unix://"))


def _api_version(settings: Any) -> str:
    """What the engine speaks, asked by a client that is closed whatever comes: `auto` leaves sockets open."""
    import docker
    from docker.constants import DEFAULT_DOCKER_API_VERSION

    probe: Any = docker.APIClient(**settings, version=DEFAULT_DOCKER_API_VERSION, timeout=_PING_TIMEOUT)
    try:
        about = probe.version(api_version=False)
    finally:
        probe.close()
    spoken = about.get("ApiVersion") if isinstance(about, dict) else None
    if not isinstance(spoken, str):
        raise Unanswered(ENGINE, "what answers where an engine should be is none")
    return spoken


def _one_line(error: object) -> str:
    return shortened(visible(str(error)), 400)


def _twice(ask: Callable[[], Any]) -> Any:
    """Ask again where a connection was lost: one that was kept open does not outlive the engine's restart."""
    import requests.exceptions

    try:
        return ask()
    except requests.exceptions.ConnectionError:
        return ask()
