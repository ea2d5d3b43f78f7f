"""What hostile bytes say: DNS questions, TLS greetings, HTTP requests, IP packets. Pure; never raises."""

from __future__ import annotations

import ipaddress
import struct
from typing import NamedTuple

_A, _SERVER_NAME = 1, 0
#: Digits of a length beyond which nobody sends so much.
_MOST_DIGITS = 9


class Packet(NamedTuple):
    """A packet's protocol, destination and what it carries; `port` is None where there are none."""

    kind: str
    address: str
    port: int | None
    payload: bytes


def packet(data: bytes) -> Packet | None:
    """Read an IP packet of either version; None where it is none, or an answer."""
    try:
        if data[0] >> 4 == 4:
            start, protocol, address = (data[0] & 15) * 4, data[9], str(ipaddress.IPv4Address(data[16:20]))
        else:
            start, protocol, address = 40, data[6], str(ipaddress.IPv6Address(data[24:40]))
        kind = {1: "icmp", 58: "icmp", 6: "tcp", 17: "udp"}.get(protocol, "other")
        port = struct.unpack_from("!H", data, start + 2)[0] if kind in ("tcp", "udp") else None
        if _is_answer(kind, data, start):
            return None
    except (IndexError, struct.error, ValueError):
        return None
    return Packet(kind, address, port, data[start + 8 :] if kind != "tcp" else b"")


def _is_answer(kind: str, data: bytes, start: int) -> bool:
    """What the resolver and the kernel send back, which goes to the address that was asked, too.

    Nobody in the box can send from port 53 of IPv4, as the resolver holds it.
    """
    if kind == "icmp":
        return data[start] not in (8, 128)  # echo requests of both versions
    return kind == "udp" and data[0] >> 4 == 4 and struct.unpack_from("!H", data, start)[0] == 53


def question(data: bytes) -> tuple[str, int] | None:
    """The name a DNS query asks for, and the type of record."""
    labels: list[str] = []
    at = 12
    try:
        while length := data[at]:
            if length > 63 or len(labels) > 127:
                return None
            labels.append(data[at + 1 : at + 1 + length].decode("latin-1"))
            at += 1 + length
        return ".".join(labels), struct.unpack_from("!H", data, at + 1)[0]
    except (IndexError, struct.error):
        return None


def beyond(query: bytes) -> bytes:
    """What a DNS query holds after its question: other records, or anything that somebody wants to send."""
    asked = question(query)
    return query[_end(asked[0]) :] if asked else query


def _end(name: str) -> int:
    return 12 + (len(name) + 2 if name else 1) + 4


def answer(query: bytes, address: str) -> bytes:
    """A DNS answer: `address` for a question about IPv4, and no record of any other type."""
    asked = question(query)
    if asked is None:
        return b""
    name, kind = asked
    found = kind == _A
    head = query[:2] + struct.pack("!5H", 0x8180, 1, int(found), 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, _A, 1, 60, 4) + ipaddress.IPv4Address(address).packed
    return head + query[12 : _end(name)] + (record if found else b"")


def server_name(data: bytes) -> str | None:
    """The name in a TLS ClientHello ("" without one); None where `data` is none, or not all of it."""
    try:
        if data[0] != 22 or data[5] != 1 or len(data) < 5 + struct.unpack_from("!H", data, 3)[0]:
            return None
        at = 43
        at += 1 + data[at]
        at += 2 + struct.unpack_from("!H", data, at)[0]
        at += 1 + data[at]
        end = at + 2 + struct.unpack_from("!H", data, at)[0]
        at += 2
        while at + 4 <= end:
            kind, length = struct.unpack_from("!HH", data, at)
            if kind == _SERVER_NAME:
                return data[at + 9 : at + 4 + length].decode("latin-1")
            at += 4 + length
    except (IndexError, struct.error):
        return None
    return ""


def request(data: bytes) -> tuple[str, str, bool] | None:
    """First line of an HTTP request, its host, and whether all of it is here; None where it is none."""
    head, found, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if not first.rpartition(" ")[2].startswith("HTTP/1."):
        return None
    fields = {name.strip().lower(): value.strip() for name, _, value in (li.partition(":") for li in lines)}
    length = _number(fields.get("content-length", "0"))
    return first, fields.get("host", ""), bool(found) and length is not None and len(body) >= length


def _number(text: str) -> int | None:
    """A length of a few ASCII digits: what else counts as a digit, or as a number, is none here."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
