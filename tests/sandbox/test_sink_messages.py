"""What the sink reads is hostile: it is understood where it can be, and never an error."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checker.engines.sandbox.box.reported import parsed as parsed_events
from checker.engines.sandbox.box.sink import parsed
from checker.engines.sandbox.sidecar import messages
from checker.errors import Unanswered
from checker.model.evidence import NetworkRecord, ReportedEvent


def query(name: str, kind: int = 1) -> bytes:
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return b"\x12\x34\x01\x00\x00\x01" + b"\0" * 6 + labels + b"\0" + struct.pack("!HH", kind, 1)


def greeting(host: str | None) -> bytes:
    """What a real TLS client says first."""
    context = ssl.create_default_context()
    context.check_hostname = host is not None
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=host)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def packet(protocol: int, payload: bytes, to: str = "192.0.2.7") -> bytes:
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, b"\1\2\3\4",
                       socket.inet_aton(to)) + payload  # fmt: skip


def test_a_dns_question_and_its_answer() -> None:
    asked = query("a.evil.example")
    assert messages.question(asked) == ("a.evil.example", 1)
    reply = messages.answer(asked + b"additional records", "198.18.0.1")
    assert reply[:4] == b"\x12\x34\x81\x80"
    assert reply.endswith(socket.inet_aton("198.18.0.1"))
    assert messages.answer(query("a.example", 28), "198.18.0.1")[6:8] == b"\0\0"
    assert messages.answer(b"nonsense", "198.18.0.1") == b""
    assert messages.beyond(asked + b"additional records") == b"additional records"
    assert messages.beyond(query("a.example")) == b""


def test_a_name_that_points_at_itself_is_none() -> None:
    assert messages.question(query("a")[:12] + b"\xc0\x0c\0\1\0\1") is None


def test_the_server_name_of_a_greeting() -> None:
    hello = greeting("tls.example")
    assert messages.server_name(hello) == "tls.example"
    assert messages.server_name(greeting(None)) == ""
    assert messages.server_name(hello[:-1]) is None


def test_an_http_request() -> None:
    head = b"POST /x HTTP/1.1\r\nHost: h.example\r\nContent-Length: 3\r\n\r\n"
    assert messages.request(head + b"ab") == ("POST /x HTTP/1.1", "h.example", False)
    assert messages.request(head + b"abc") == ("POST /x HTTP/1.1", "h.example", True)
    assert messages.request(b"SSH-2.0-x\r\n") is None


@pytest.mark.parametrize(
    "length", [b"\xb2", b"\xb9\xb3", b"+3", b"-1", b"0x3", b"1_0", b"", b"9" * 5000, b"3, 3"], ids=repr
)
def test_a_length_that_is_no_number_makes_a_request_that_never_ends(length: bytes) -> None:
    asked = b"POST /x HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\nabc"
    assert messages.request(asked) == ("POST /x HTTP/1.1", "", False)


def test_packets() -> None:
    ports = struct.pack("!HHHH", 4000, 5000, 8, 0)
    assert messages.packet(packet(17, ports + b"hi")) == ("udp", "192.0.2.7", 5000, b"hi")
    assert messages.packet(packet(1, b"\x08" + b"\0" * 7)) == ("icmp", "192.0.2.7", None, b"")
    assert messages.packet(packet(132, b"\0" * 8)) == ("other", "192.0.2.7", None, b"")


@pytest.mark.parametrize("payload", [(17, struct.pack("!HHHH", 53, 4000, 8, 0)), (1, b"\x03" + b"\0" * 7)])
def test_answers_are_no_attempts(payload: tuple[int, bytes]) -> None:
    assert messages.packet(packet(*payload)) is None


#: How what is read begins, so that bytes get past the first look; and what numbers may be made of.
BEGINNINGS = (
    b"",
    query("a.example")[:12],
    b"\x16\x03\x01\x00\x10\x01",
    greeting("tls.example")[:200],
    b"GET / HTTP/1.1\r\nContent-Length: ",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:",
    packet(17, struct.pack("!HHHH", 4000, 53, 8, 0)),
    b"\x60" + b"\0" * 5 + b"\x11" + b"\0" * 33,
)
HOSTILE = st.one_of(
    st.binary(max_size=400),
    st.text(st.characters(categories=["N"]), max_size=20).map(lambda text: text.encode("latin-1", "ignore")),
    st.sampled_from([b"\xb2", b"\xb9\xbc", b"9" * 5000, b"-1", b"1e9", b"\xc0\x0c" * 40, b"\x3f" * 300]),
)


@example(BEGINNINGS[4], b"\xb2", b"\r\n\r\n")
@given(st.sampled_from(BEGINNINGS), HOSTILE, st.sampled_from([b"", b"\r\n\r\n", b"\0\0\1\0\1"]))
def test_nothing_is_an_error(beginning: bytes, hostile: bytes, end: bytes) -> None:
    data = beginning + hostile + end
    for read in (messages.packet, messages.question, messages.beyond, messages.server_name, messages.request):
        read(data)
    messages.answer(data, "198.18.0.1")
    parsed_events(data)


def test_a_sinks_answer_is_escaped_and_capped() -> None:
    rows = [["dns", "192.0.2.1", 53, "::error::\x1b[1m" + "x" * 999, "", 1]] + [
        ["udp", "a", 1, "", "", 1]
    ] * 150
    said = {"records": rows, "attempts": 151, "unrecorded": 2, "data": base64.b64encode(b"\0").decode()}
    seen = parsed(json.dumps(said).encode())
    assert (len(seen.records), seen.attempts, seen.unrecorded, seen.data) == (100, 151, 53, b"\0")
    assert seen.records[0].name.startswith("\\::error::\\x1b[1mx")
    assert len(seen.records[0].name) == 200
    assert seen.records[1] == NetworkRecord(kind="udp", address="a", port=1)


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"[]", b'{"records": [[1]], "data": "", "attempts": 0, "unrecorded": 0}']
)
def test_an_answer_of_another_form_is_no_answer(line: bytes) -> None:
    with pytest.raises(Unanswered):
        parsed(line)


def test_what_the_box_says_of_itself_is_counted_escaped_and_capped() -> None:
    said = b"write\topen /x\ta.py:1\n" * 2 + b"nonsense\nother\ta\tb\nprocess\t::error::\t" + b"y" * 500
    assert parsed_events(said) == (
        ReportedEvent(kind="write", what="open /x", where="a.py:1", count=2),
        ReportedEvent(kind="process", what="\\::error::", where="y" * 159 + "…"),
    )
    assert len(parsed_events(b"".join(b"write\t%d\t\n" % n for n in range(999)))) == 50
