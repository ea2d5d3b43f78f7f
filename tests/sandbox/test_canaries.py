"""Canaries are found in every form they are likely to leave in, and nothing else is taken for one."""

from __future__ import annotations

import base64
import binascii
import codecs
import json
import random
import subprocess
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.engines.sandbox.box.canaries import PIECE, Canaries

PLANTED = Canaries.new()
SECRET = PLANTED.secret_key
NAME = "the fake AWS secret key"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "said",
    [
        SECRET.encode(),
        SECRET[::-1].encode(),
        SECRET.swapcase().encode(),
        SECRET.encode().hex(":").encode(),
        urllib.parse.quote(json.dumps({"key": SECRET})).encode(),
        "".join(f"%{byte:02x}" for byte in SECRET.encode()).encode(),
        base64.b32encode(SECRET.encode()),
        *(base64.b64encode(b"x" * shift + SECRET.encode() + b"yz") for shift in range(4)),
        *(base64.urlsafe_b64encode(b"x" * shift + SECRET.encode()) for shift in range(3)),
        base64.encodebytes(b"some text before it, and more of it: " + SECRET.encode() * 3),
        b"first " + SECRET[:PIECE].encode() + b" and later on the rest",
        b"\n".join(SECRET[at : at + 4].encode() for at in range(0, 40, 4)),
        b".".join([SECRET[:20].lower().encode(), SECRET[20:].lower().encode(), b"evil", b"example"]),
    ],
    ids=lambda _: "form",  # the secret is another one in every process, and must not be part of a name
)
def test_a_secret_is_found_in_every_form(said: bytes) -> None:
    assert PLANTED.found(b"before " + said + b" after") == (NAME,)


#: Every form that the documentation names, lower and upper case, with and without padding.
FORMS = (
    bytes,
    lambda data: data[::-1],
    binascii.hexlify,
    lambda data: binascii.hexlify(data, ":").upper(),
    lambda data: urllib.parse.quote_from_bytes(data).encode(),
    base64.b64encode,
    lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    base64.b32encode,
    lambda data: base64.b32encode(data).lower().rstrip(b"="),
    base64.b32hexencode,
)


@given(
    st.binary(max_size=12),
    st.sampled_from(sorted(PLANTED.env)),
    st.binary(max_size=12),
    st.integers(0, len(FORMS) - 1),
    st.integers(1, 63),
)
def test_a_secret_is_found_in_every_form_at_every_offset_and_over_labels(
    before: bytes, variable: str, after: bytes, form: int, label: int
) -> None:
    said = FORMS[form](before + PLANTED.env[variable].encode() + after)
    labels = b".".join(said[at : at + label] for at in range(0, len(said), label))
    (plain,) = PLANTED.found(PLANTED.env[variable].encode())
    assert plain in PLANTED.found(labels + b".evil.example")


@pytest.mark.parametrize("shift", range(5))
@pytest.mark.parametrize("encode", [base64.b32encode, base64.b32hexencode], ids=["base32", "base32hex"])
def test_base32_is_found_at_each_of_its_offsets(encode: Callable[[bytes], bytes], shift: int) -> None:
    said = encode(b"k=&v="[:shift] + SECRET.encode() + b"&end").decode().rstrip("=").lower()
    assert PLANTED.found(".".join([said[:30], said[30:], "evil", "example"]).encode()) == (NAME,)


def test_any_piece_that_is_long_enough_is_found() -> None:
    for at in range(len(SECRET) - PIECE + 1):
        assert PLANTED.found(SECRET[at : at + PIECE].encode()) == (NAME,)


def test_each_secret_has_its_name() -> None:
    everything = "\n".join([*PLANTED.env.values(), *PLANTED.files.values()]).encode()
    assert PLANTED.found(everything) == (
        "the fake AWS key id",
        "the fake AWS secret key",
        "the fake GitHub token",
        "the fake SSH key",
    )


def test_other_secrets_and_noise_are_not_taken_for_them() -> None:
    other = Canaries.new()
    noise = random.Random(1).randbytes(200_000).hex().encode()
    assert PLANTED.found(b"\n".join([*(text.encode() for text in other.files.values()), noise])) == ()
    assert PLANTED.found(b"-----BEGIN OPENSSH PRIVATE KEY----- aws_secret_access_key AKIA ghp_") == ()


def test_what_is_not_found_is_known() -> None:
    """The limits that the documentation names: a cipher, and pieces that are too short and kept apart."""
    assert PLANTED.found(codecs.encode(SECRET, "rot13").encode()) == ()
    assert (
        PLANTED.found(b"\n".join(SECRET[at : at + 5].encode() + b"padding" for at in range(0, 40, 5))) == ()
    )


def test_no_canary_stands_in_the_repository() -> None:
    """A scanner for secrets must not find one in here: they are made at run time."""
    files = subprocess.run(
        ["git", "ls-files", "-z", "checker"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    text = b"".join((ROOT / name.decode()).read_bytes() for name in files.split(b"\0") if name)
    assert b"-----BEGIN OPENSSH" not in text
