"""Set up the network of the sink: every address is this machine. Then give the right to do so away."""

from __future__ import annotations

import ctypes
import os
import socket
import struct

AF_NETLINK, AF_PACKET = 16, 17
_NEWROUTE, _ERROR = 24, 2
#: NLM_F_REQUEST, ACK, CREATE
_FLAGS = 0x1 | 0x4 | 0x400
_TABLE_LOCAL, _PROTOCOL_STATIC, _SCOPE_HOST, _TYPE_LOCAL = 255, 4, 254, 2
_ATTRIBUTE_INTERFACE, _LOOPBACK = 4, 1
_CAPABILITY_VERSION = 0x20080522
_SO_ATTACH_FILTER = 26
#: cBPF: loads of a byte, a word, a header length; jump if equal; and with a constant; return.
_LDB, _LDW, _LDX, _LDBX, _JEQ, _AND, _RET = 0x30, 0x20, 0xB1, 0x50, 0x15, 0x54, 0x06
_PACKET_TYPE = 0xFFFFF000 + 4
#: Bytes of a packet that are looked at: all of them.
SNAPSHOT = 65_535


def lead_everything_here() -> None:
    """Routes of both versions: all destinations are local, so what is sent never needs an interface."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            _add_route(family)
        except OSError:
            if family == socket.AF_INET:
                raise  # a machine without IPv6 has nothing to lead anywhere


def _add_route(family: int) -> None:
    route = struct.pack(
        "=8BI", family, 0, 0, 0, _TABLE_LOCAL, _PROTOCOL_STATIC, _SCOPE_HOST, _TYPE_LOCAL, 0
    ) + struct.pack("=HHI", 8, _ATTRIBUTE_INTERFACE, _LOOPBACK)
    with socket.socket(AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.send(struct.pack("=IHHII", 16 + len(route), _NEWROUTE, _FLAGS, 1, 0) + route)
        answer = kernel.recv(4096)
    kind, (code,) = struct.unpack_from("=H", answer, 4)[0], struct.unpack_from("=i", answer, 16)
    if kind == _ERROR and code:
        raise OSError(-code, os.strerror(-code))


def watching() -> socket.socket:
    """A socket that sees, from the IP header on, each TCP connection begun and each other packet sent."""
    watch = socket.socket(AF_PACKET, socket.SOCK_DGRAM, 0)
    program = _filter()
    buffer = ctypes.create_string_buffer(program)
    head = struct.pack("HL", len(program) // 8, ctypes.addressof(buffer))
    watch.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, head)
    watch.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    watch.bind(("lo", 3))  # ETH_P_ALL
    watch.setblocking(False)
    return watch


def _filter() -> bytes:
    """Let the kernel drop what goes to loopback addresses, and TCP after the first packet of a connection.

    Each line is (operation, constant), and for a comparison the lines to go to: if equal, if not.
    """
    flags, drop, keep = 23, 25, 26
    code: list[tuple[int, int] | tuple[int, int, int, int]] = [
        (_LDW, _PACKET_TYPE),  # 0: as received, not its copy on the way out
        (_JEQ, 0, 2, drop),
        (_LDB, 0),
        (_AND, 0xF0),
        (_JEQ, 0x40, 5, 12),  # 4: version 4
        (_LDB, 16),
        (_JEQ, 127, drop, 7),
        (_LDB, 9),
        (_JEQ, 6, 9, keep),  # 8: TCP
        (_LDX, 0),
        (_LDBX, 13),
        (_JEQ, 0, flags, flags),
        (_JEQ, 0x60, 13, drop),  # 12: version 6
        (_LDW, 24),
        (_JEQ, 0, 15, 20),
        (_LDW, 28),
        (_JEQ, 0, 17, 20),
        (_LDW, 36),
        (_JEQ, 1, drop, 20),  # 18: ::1, as nothing else with such a beginning is sent
        (_JEQ, 0, 20, 20),
        (_LDB, 6),
        (_JEQ, 6, 22, keep),
        (_LDB, 53),
        (_AND, 0x12),  # 23, flags: a connection begins with SYN and without ACK
        (_JEQ, 0x02, keep, drop),
        (_RET, 0),
        (_RET, SNAPSHOT),
    ]
    return b"".join(_packed(at, *line) for at, line in enumerate(code))


def _packed(at: int, operation: int, constant: int, equal: int = 0, other: int = 0) -> bytes:
    jumps = (equal - at - 1, other - at - 1) if operation == _JEQ else (0, 0)
    return struct.pack("HBBI", operation, *jumps, constant)


def give_up_capabilities() -> None:
    """From here on this process may do nothing that any other could not. Raises OSError."""
    header = struct.pack("Ii", _CAPABILITY_VERSION, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(header, b"\0" * 24):
        raise OSError(ctypes.get_errno(), "capset")


def lost(watch: socket.socket) -> int:
    """Packets that came faster than they were looked at, since the last time."""
    return int(struct.unpack("II", watch.getsockopt(263, 6, 8))[1])  # SOL_PACKET, PACKET_STATISTICS
