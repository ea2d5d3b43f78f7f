from __future__ import annotations

import contextlib
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from checker.model.severity import Severity
from checker.rules.osv.record import Malformed, read_record
from tests.support.osv import CVSS_CRITICAL, CVSS_HIGH, affected, document, encoded, pin, record, until

MALFORMED = {
    "empty": b"",
    "not UTF-8": b'{"id": "\xff"}',
    "not JSON": b"<html>busy</html>",
    "cut short": encoded(document("GHSA-1", until("demo", "1")))[:-10],
    "a list": b"[]",
    "deeply nested": b"[" * 100_000,
    "no id": encoded({"modified": "2024-01-01T00:00:00Z"}),
    "no date": encoded({"id": "GHSA-1"}),
    "a date in words": encoded(document("GHSA-1", modified="yesterday")),
    "a date out of range": encoded(document("GHSA-1", modified="0001-01-01T00:00:00+23:00")),
    "an id with a command in it": encoded(document("GHSA-1\n::set-output name=x::y")),
    "another major schema": encoded(document("GHSA-1", schema_version="2.0.0")),
    "events are no list": encoded(document("GHSA-1", {"ranges": [{"type": "ECOSYSTEM", "events": 1}]})),
    "an event is no object": encoded(document("GHSA-1", affected("demo", "1.0"))),
    "a version is a number": encoded(document("GHSA-1", affected("demo", {"introduced": 0}))),
    "nothing is introduced": encoded(document("GHSA-1", affected("demo", {"fixed": "1.0"}))),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_malformed(data):
    with pytest.raises(Malformed) as caught:
        read_record(data)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_malformed_alone(data):
    with pytest.raises(Malformed):
        read_record(data)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(document("X", severity=[], aliases=[]))), VALUES))
def test_a_record_with_any_value_anywhere_is_read_or_malformed(changes):
    with contextlib.suppress(Malformed):
        read_record(encoded(document("GHSA-1", until("demo", "1.0")) | changes))


def test_unknown_keys_and_nulls_pass():
    read = record(
        "GHSA-1",
        until("demo", "1.0") | {"surprise": [1]},
        aliases=None,
        severity=None,
        credits=[{"name": "x"}],
        published=None,
    )
    assert read.affects(*pin("demo==0.9"))
    assert read.published is None


def test_names_are_compared_in_normal_form():
    assert record("GHSA-1", until("Demo_Package.X", "2")).affects(*pin("demo-package-x==1"))


@pytest.mark.parametrize(
    "entry",
    [
        affected("demo", {"introduced": "0"}, kind="GIT"),
        affected("demo", {"introduced": "0"}, kind="SEMVER"),
        {"package": {"ecosystem": "npm", "name": "demo"}, "versions": ["1.0"]},
        {"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]},
        affected("demo-other", {"introduced": "0"}),
        affected("demo"),
    ],
    ids=["git", "semver", "npm", "no package", "another name", "no version at all"],
)
def test_what_says_nothing_about_the_pin(entry):
    assert not record("GHSA-1", entry).affects(*pin("demo==1.0"))


def test_limits_are_ignored():
    read = record("GHSA-1", affected("demo", {"introduced": "0"}, {"limit": "0.5"}, {"fixed": "2"}))
    assert read.affects(*pin("demo==1.0"))


def test_a_list_counts_beside_the_ranges():
    read = record("GHSA-1", affected("demo", {"introduced": "0"}, {"fixed": "1"}, versions=["3.0"]))
    assert [read.affects(*pin(f"demo=={v}")) for v in ("0.5", "2.0", "3.0.0")] == [True, False, True]


def test_a_fix_nobody_can_read_is_no_fix():
    read = record("GHSA-1", affected("demo", {"introduced": "0"}, {"fixed": "2019-09-12"}))
    assert read.affects(*pin("demo==1.0"))
    assert read.fixes(*pin("demo==1.0")) == ()


def test_an_introduction_nobody_can_read_is_at_the_start():
    read = record("GHSA-1", affected("demo", {"introduced": "the-first"}, {"fixed": "2"}))
    assert read.affects(*pin("demo==0.1"))


def test_fixes_are_those_above_the_pin_in_order():
    events = ({"introduced": "3"}, {"fixed": "3.2"}, {"introduced": "0"}, {"fixed": "2.10"}, {"fixed": "2.9"})
    read = record("GHSA-1", affected("demo", *events), until("other", "9"))
    assert read.fixes(*pin("demo==2.9")) == (Version("2.10"), Version("3.2"))


def test_dates_are_utc():
    read = record("GHSA-1", modified="2024-01-01T01:00:00.123456+02:00", withdrawn="2024-01-01T00:00:00")
    assert read.modified == dt.datetime(2023, 12, 31, 23, 0, 0, 123456, tzinfo=dt.UTC)
    assert read.withdrawn == dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"severity": [CVSS_HIGH]}, Severity.HIGH),
        ({"severity": [CVSS_HIGH, CVSS_CRITICAL]}, Severity.CRITICAL),
        ({"severity": [{"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:N/I:P/A:N"}]}, Severity.MEDIUM),
        (
            {
                "severity": [
                    {
                        "type": "CVSS_V4",
                        "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
                    }
                ]
            },
            Severity.CRITICAL,
        ),
        ({"database_specific": {"severity": "MODERATE"}}, Severity.MEDIUM),
        ({"database_specific": {"severity": "low"}, "severity": [CVSS_HIGH]}, Severity.HIGH),
        (
            {"database_specific": {"severity": "High"}, "severity": [{"type": "CVSS_V3", "score": "?"}]},
            Severity.HIGH,
        ),
        ({"database_specific": {"severity": 9}}, Severity.UNKNOWN),
        ({"severity": [{"type": "Vendor", "score": "terrible"}]}, Severity.UNKNOWN),
        (
            {"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"}]},
            Severity.LOW,
        ),
        ({}, Severity.UNKNOWN),
    ],
)
def test_severity(more, expected):
    assert record("GHSA-1", until("demo", "1"), **more).severity is expected


def test_severity_may_stand_at_the_package():
    assert record("GHSA-1", until("demo", "1") | {"severity": [CVSS_HIGH]}).severity is Severity.HIGH


def test_mal_records_are_malicious_whatever_they_say():
    assert (
        record("MAL-2024-1", affected("evil", versions=["1.0"]), severity=[CVSS_HIGH]).severity == "malicious"
    )


def test_the_summary_is_one_safe_line():
    read = record("GHSA-1", summary=None, details="\n# Heading\x1b[31m\u202e\nmore")
    assert read.summary == "Heading\\x1b[31m\\u202e"
    assert len(record("GHSA-1", summary="x" * 5_000).summary) <= 240


def test_aliases_that_are_no_ids_are_dropped():
    assert record("GHSA-1", aliases=["CVE-1", "GHSA-1", "a b", "x\n::error::"]).aliases == ("CVE-1",)


def test_related_records_are_no_aliases():
    read = record("GHSA-1", aliases=["CVE-1"], related=["CVE-2"])
    assert (read.aliases, read.related) == (("CVE-1",), ("CVE-2",))


def test_the_key_of_a_json_object_may_be_repeated():
    data = json.dumps(document("GHSA-1")).replace("{", '{"id": "GHSA-0", ', 1).encode()
    assert read_record(data).id == "GHSA-1"
