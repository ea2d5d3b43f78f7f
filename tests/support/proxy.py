"""A forward proxy on loopback: whole addresses for http, CONNECT for https. It alone knows where hosts are."""

from __future__ import annotations

import base64
import contextlib
import select
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from tests.support import serving


class _Handler(serving.Handler):
    wbufsize = 0  # what is relayed goes past the buffer

    def respond(self) -> None:
        if self.command == "CONNECT":
            self._tunnel()
        else:
            self._forward()

    def _tunnel(self) -> None:
        if (target := self._target(self.path.rpartition(":")[0])) is not None:
            with target:
                self.send_response(200)
                self.end_headers()
                self._relay(target)

    def _forward(self) -> None:
        parts = urlsplit(self.path)
        if (target := self._target(parts.hostname or "")) is not None:
            kept = {name: value for name, value in self.headers.items() if not name.startswith("Proxy-")}
            lines = [
                f"{self.command} {parts.path} HTTP/1.1",
                *(f"{n}: {v}" for n, v in kept.items()),
                "Connection: close",
            ]
            with target:
                target.sendall("\r\n".join([*lines, "", ""]).encode())
                self._relay(target)

    def _target(self, host: str) -> socket.socket | None:
        """A connection to where the host is; None where this client gets none, and was told so."""
        self.close_connection = True
        proxy: Proxy = self.server.owner
        proxy.asked.append(f"{self.command} {self.path}")
        shown = self.headers.get("Proxy-Authorization", "")
        if proxy.login and shown != f"Basic {base64.b64encode(proxy.login.encode()).decode()}":
            self.send_error(407)
        elif host not in proxy.hosts:
            self.send_error(502)
        else:
            return socket.create_connection(("127.0.0.1", proxy.hosts[host]))
        return None

    def _relay(self, target: socket.socket) -> None:
        """Bytes both ways until either side has none left."""
        with contextlib.suppress(OSError):
            while True:
                for one in select.select([self.connection, target], [], [], 10)[0]:
                    data = one.recv(65_536)
                    if not data:
                        return
                    (target if one is self.connection else self.connection).sendall(data)


class Proxy(serving.Serving):
    """`hosts` maps a host name, which nobody else can resolve, to a port of this machine.

    `asked` keeps method and target of each request. With `login` ("user:password") it wants to see that.
    """

    handler = _Handler

    def __init__(self, hosts: Mapping[str, int], login: str = "") -> None:
        super().__init__()
        self.hosts, self.login = dict(hosts), login
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Address, with the login where there is one."""
        login = f"{self.login}@" if self.login else ""
        return f"http://{login}127.0.0.1:{self.port}"
