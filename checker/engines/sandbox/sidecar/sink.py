"""The sink's main loop: it says `ready`, then for each line on stdin what was seen since, as JSON."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import json
import selectors
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker.engines.sandbox.sidecar import messages, network
else:  # in its container there is no package, only this folder
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import messages
    import network

_PORTS = range(1, 1024)
_MOST_RECORDS, _MOST_DATA, _MOST_TALKS, _MOST_NAMES = 300, 65_536, 200, 4_096
_ENOUGH = 16_384
#: Seconds a conversation may take, and a silent one at the end of a phase.
_PATIENCE, _LAST = 2.0, 0.3
_IP_PKTINFO = 8
_REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_FIRST_NAME = int(ipaddress.IPv4Address("198.18.0.1"))  # RFC 2544: no network uses these addresses


class Sink:
    """Everything seen since the last question."""

    def __init__(self, watch: socket.socket) -> None:
        """`watch` is where every packet is seen."""
        self.selector = selectors.DefaultSelector()
        self.names: dict[str, str] = {}
        self.given: dict[str, str] = {}
        self.talks: dict[socket.socket, Talk] = {}
        self.clear()
        self.watch = watch
        self.selector.register(watch, selectors.EVENT_READ, self.look)

    def listen(self) -> None:
        """Open all ports; needs a right that is given up afterwards."""
        self.selector.register(_resolver(), selectors.EVENT_READ, self.resolve)
        for port in _PORTS:
            self.selector.register(_listener(port), selectors.EVENT_READ, self.accept)

    def clear(self) -> None:
        """Begin anew."""
        self.records: Counter[tuple[object, ...]] = Counter()
        self.attempts = self.unrecorded = 0
        self.data = bytearray()

    def record(self, kind: str, address: str, port: int | None, name: str = "", detail: str = "") -> None:
        """Count one thing; what is new is dropped, and counted, when there are too many."""
        key = (kind, address, port, name[:300], detail[:500])
        if key in self.records or len(self.records) < _MOST_RECORDS:
            self.records[key] += 1
        else:
            self.unrecorded += 1

    def keep(self, data: bytes | bytearray) -> None:
        """Remember what was sent, as far as there is room."""
        self.data += data[: _MOST_DATA - len(self.data)]

    def look(self, watch: socket.socket) -> None:
        """A packet."""
        found = messages.packet(watch.recv(network.SNAPSHOT))
        if found is None:
            return
        self.attempts += 1
        asked = messages.question(found.payload) if found.kind == "udp" and found.port == 53 else None
        if asked:
            self.record("dns", found.address, 53, asked[0])
            self.keep(asked[0].encode("latin-1") + messages.beyond(found.payload))
        else:
            self.record(found.kind, found.address, found.port, self.named(found.address))
            self.keep(found.payload)

    def named(self, address: str) -> str:
        """The name that an address was given out for."""
        return self.given.get(address, "")

    def resolve(self, server: socket.socket) -> None:
        """A DNS query: each name gets an address of its own, so that connections tell whom they mean."""
        query, information, _, client = server.recvmsg(4096, 256)
        asked = messages.question(query)
        if asked is None or not information:
            return
        if asked[0] not in self.names and len(self.names) < _MOST_NAMES:
            address = str(ipaddress.IPv4Address(_FIRST_NAME + len(self.names)))
            self.names[asked[0]], self.given[address] = address, asked[0]
        reply = messages.answer(query, self.names.get(asked[0], "198.19.255.255"))
        # From the very address that was asked, or the question's owner would not listen.
        source = struct.pack("=i4s4s", 0, information[0][2][8:12], b"\0" * 4)
        with contextlib.suppress(OSError):
            server.sendmsg([reply], [(socket.IPPROTO_IP, _IP_PKTINFO, source)], 0, client)

    def accept(self, listener: socket.socket) -> None:
        """A connection. Those to loopback addresses are the skill's own affair, and end at once."""
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            address, port = connection.getsockname()[:2]
            plain = address.removeprefix("::ffff:")
            if len(self.talks) >= _MOST_TALKS or ipaddress.ip_address(plain).is_loopback:
                connection.close()
                return
            self.begin(connection, plain, port)

    def begin(self, connection: socket.socket, address: str, port: int) -> None:
        """Listen to what is said over a connection to an address."""
        connection.setblocking(False)
        self.selector.register(connection, selectors.EVENT_READ, self.hear)
        self.talks[connection] = Talk(address, port)

    def hear(self, connection: socket.socket) -> None:
        """Some bytes of a conversation, or its end."""
        talk = self.talks[connection]
        try:
            data = connection.recv(4096)
        except OSError:
            data = b""
        talk.said += data
        if not data or len(talk.said) >= _ENOUGH or talk.complete():
            self.end(connection)

    def end(self, connection: socket.socket) -> None:
        """Record a conversation and hang up."""
        with connection:
            talk = self.leave(connection)
            said = bytes(talk.said)
            asked, greeting = messages.request(said), messages.server_name(said)
            if asked:
                self.record("http", talk.address, talk.port, asked[1] or self.named(talk.address), asked[0])
                with contextlib.suppress(OSError):
                    connection.send(_REFUSAL)
            elif greeting is not None:
                self.record("tls", talk.address, talk.port, greeting)

    def leave(self, connection: socket.socket) -> Talk:
        """Listen no longer, and remember what was said."""
        self.selector.unregister(connection)
        talk = self.talks.pop(connection)
        self.keep(talk.said)
        return talk

    def turn(self, patience: float) -> bool:
        """Serve whatever is waiting; False when nothing was."""
        ready = self.selector.select(patience)
        for key, _ in ready:
            if key.data == self.report:
                self.report(key.fileobj)
            elif key.fileobj in self.talks or key.data != self.hear:  # it may just have ended
                self.serve(key.data, key.fileobj)
        now = time.monotonic()
        for connection in [c for c, talk in self.talks.items() if now - talk.began > _PATIENCE]:
            self.serve(self.end, connection)
        return bool(ready)

    def serve(self, handle: Callable[[Any], None], source: object) -> None:
        """Let a source of hostile bytes go wrong alone: that is counted, and everything else still seen."""
        try:
            handle(source)
        except Exception:  # noqa: BLE001 - whatever the bytes found, it must not end the witness
            self.attempts += 1  # one too many says more than one too few
            self.unrecorded += 1
            if isinstance(source, socket.socket) and source in self.talks:
                with source:
                    self.leave(source)

    def report(self, _: object) -> None:
        """Answer the question on stdin, once everything that was sent before it is served."""
        if not sys.stdin.buffer.readline():
            sys.exit(0)
        self.selector.unregister(sys.stdin)
        deadline = time.monotonic() + _LAST
        while self.turn(0.02 if self.talks else 0) or (self.talks and time.monotonic() < deadline):
            if time.monotonic() > deadline + _PATIENCE:
                break  # something left behind goes on sending
        for connection in list(self.talks):
            self.serve(self.end, connection)
        missed = network.lost(self.watch)
        seen = {
            "records": [[*key, count] for key, count in self.records.items()],
            "attempts": self.attempts + missed,
            "unrecorded": self.unrecorded + missed,
            "data": base64.b64encode(self.data).decode(),
        }
        print(json.dumps(seen), flush=True)  # noqa: T201 - this is its answer
        self.clear()
        self.selector.register(sys.stdin, selectors.EVENT_READ, self.report)


class Talk:
    """One connection: where it went, and what came over it."""

    def __init__(self, address: str, port: int) -> None:
        """It begins now."""
        self.address, self.port, self.said, self.began = address, port, bytearray(), time.monotonic()

    def complete(self) -> bool:
        """Whether an HTTP request or a TLS greeting is all there."""
        asked = messages.request(bytes(self.said))
        return asked[2] if asked else messages.server_name(bytes(self.said)) is not None


def _listener(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        server = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
    else:
        server = socket.create_server(("", port), backlog=64)
    server.setblocking(False)
    return server


def _resolver() -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    server.bind(("", 53))
    server.setblocking(False)
    return server


def main() -> None:
    """Serve until stdin ends, or for as many seconds as the command line says."""
    end = time.monotonic() + int(sys.argv[1])
    network.lead_everything_here()
    sink = Sink(network.watching())
    sink.listen()
    network.give_up_capabilities()
    sink.selector.register(sys.stdin, selectors.EVENT_READ, sink.report)
    print("ready", flush=True)  # noqa: T201
    while time.monotonic() < end:
        sink.turn(0.5)


if __name__ == "__main__":
    main()
