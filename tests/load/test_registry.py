"""`packages.yaml` and `waivers.yaml`: every entry with its line, nothing uncertain let in."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from checker.errors import PolicyError
from checker.model.level import Level
from checker.model.policy import PackageStatus
from tests.support.policies import HEAD, PACKAGES, WAIVERS, policy_from

FULL = """\
version: 1
packages:
  - name: Pan_das
    versions: ">=2.2,<3"
    status: approved
    min_maturity: intern
    reason: tables in reports
    approved_by: "@org/security"
    approved_on: 2026-11-01
    expires: 2027-11-01

  - {name: evil, status: banned}
  - name: pandas
    versions: 1.*
"""


def entries(body):
    return policy_from(HEAD, packages=f"version: 1\npackages:\n{body}").entries


def refused(body):
    with pytest.raises(PolicyError) as caught:
        entries(body)
    assert caught.value.file == PACKAGES
    return caught.value


APPROVED = "  - name: {name}\n    status: approved\n    min_maturity: intern\n    reason: r\n"


def test_an_entry_has_every_field_and_its_line():
    found = policy_from(HEAD, FULL.replace("    versions: 1.*\n", "    status: pending\n")).entries
    first, second = found[canonicalize_name("pan-das")][0], found[canonicalize_name("evil")][0]
    assert (str(first.versions), first.status, first.min_maturity) == (
        "<3,>=2.2",
        PackageStatus.APPROVED,
        Level.INTERN,
    )
    assert (first.approved_by, first.approved_on, first.expires) == (
        "@org/security",
        dt.date(2026, 11, 1),
        dt.date(2027, 11, 1),
    )
    assert [str(e.location) for e in (first, second)] == [f"{PACKAGES}:3", f"{PACKAGES}:12"]
    assert str(second.versions) == ""


@pytest.mark.parametrize("spelling", ["pan-das", "Pan_Das", "PAN.DAS", "pan--das", "pan._-das"])
def test_every_spelling_of_a_name_is_one_name(spelling):
    assert list(entries(APPROVED.format(name=spelling))) == ["pan-das"]


def test_entries_of_one_name_stay_together_in_order():
    found = entries(APPROVED.format(name="Evil") + "  - {name: evil, versions: '<2', status: banned}\n")
    assert [e.status for e in found[canonicalize_name("evil")]] == [
        PackageStatus.APPROVED,
        PackageStatus.BANNED,
    ]


@pytest.mark.parametrize(
    "name",
    [
        "\u017fix",
        "\u212aivy",
        "p\u0430ndas",
        "\uff50andas",
        "pandas\u200b",
        "-pandas",
        "pandas-",
        "pan das",
        "''",
        '"pandas\\n"',
        "a/b",
        "../x",
        "x" * 300,
        "~",
    ],
)
def test_a_name_that_only_looks_like_one_is_refused(name):
    error = refused(APPROVED.format(name=name))
    assert error.line == 3
    assert "not the name of a package" in error.message
    assert error.message.isascii() or "\u200b" not in error.message


@pytest.mark.parametrize(
    ("versions", "words"),
    [
        ("2.2", 'write "==2.2"?'),
        ("latest", "not a version specifier"),
        ("'>=abc'", "not a version specifier"),
        ("'>=3,<2'", "no version can satisfy"),
        ("[1, 2]", "should be a version specifier"),
        ("", "leave it out"),
        ("'>=2; evil'", "not a version specifier"),
    ],
)
def test_impossible_specifiers_are_refused(versions, words):
    error = refused(f"  - name: pandas\n    versions: {versions}\n    status: banned\n")
    assert error.line == 4
    assert words in error.message


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("  - name: a\n    status: aproved\n", 4, "(did you mean `approved`?)"),
        ("  - name: a\n    status: Approved\n", 4, "is not one of approved, pending, banned"),
        ("  - name: a\n", 3, "`status` is missing"),
        ("  - status: banned\n", 3, "`name` is missing"),
        ("  - name: a\n    status: approved\n    reason: r\n", 3, "an approval needs `min_maturity`"),
        ("  - name: a\n    status: approved\n    min_maturity: intern\n", 3, "an approval needs a `reason`"),
        (
            "  - name: a\n    status: approved\n    min_maturity: intern\n    reason: ' '\n",
            6,
            "needs a `reason`",
        ),
        ("  - name: a\n    status: banned\n    min_maturity: student\n", 5, "intern or higher"),
        ("  - name: a\n    status: banned\n    min_maturity: everyone\n", 5, "not one of"),
        ("  - name: a\n    status: banned\n    expires: 20271101\n", 5, "not a date such as 2026-11-01"),
        ("  - name: a\n    status: banned\n    expires: 2026-02-30\n", 5, "not a date"),
        ("  - name: a\n    status: banned\n    expires: tomorrow\n", 5, "not a date"),
        ("  - name: a\n    status: banned\n    min_maturty: intern\n", 5, "(did you mean `min_maturity`?)"),
        ("  - name: a\n    name: b\n    status: banned\n", 4, "duplicate key"),
        ("  a: banned\n", 2, "should be a list"),
        ("  - just-a-name\n", 3, "keys and values"),
    ],
)
def test_errors_have_the_line(body, line, words):
    error = refused(body)
    assert error.line == line
    assert words in error.message


def test_ten_thousand_entries_load_in_seconds():
    row = FULL[FULL.index("  - name") : FULL.index("\n\n") + 1]
    rows = [row.replace("Pan_das", f"package-{n}").replace(">=2.2", f">=2.{n}") for n in range(10_000)]
    begun = time.process_time()
    assert len(entries("".join(rows))) == 10_000
    # The target is 3 s of a quiet machine; this only notices a change of order.
    assert time.process_time() - begun < 12


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_as_name_and_versions_is_taken_or_refused(name, versions):
    def quoted(text):
        return '"' + "".join(f"\\U{ord(c):08x}" for c in text) + '"'

    try:
        found = entries(f"  - name: {quoted(name)}\n    versions: {quoted(versions)}\n    status: banned\n")
    except PolicyError:
        pass
    else:
        assert list(found) == [canonicalize_name(name, validate=True)]


WAIVER = """\
version: 1
waivers:
  - skill: skills/tables
    rule: vulnerabilities
    subject: PYSEC-2024-1
    reason: the parser is not used
    owner: "@org/security"
    expires: 2026-12-31
    until_fixed: true
"""


def test_a_waiver_has_every_field_and_its_line():
    (waiver,) = policy_from(HEAD, waivers=WAIVER).waivers
    assert (waiver.rule, waiver.subject, waiver.expires) == (
        "vulnerabilities",
        "PYSEC-2024-1",
        dt.date(2026, 12, 31),
    )
    assert waiver.until_fixed is True
    assert str(waiver.location) == f"{WAIVERS}:3"


@pytest.mark.parametrize("key", ["skill", "rule", "subject", "reason", "owner", "expires"])
def test_a_waiver_needs_every_key(key):
    lines = [line for line in WAIVER.split("\n") if not line.strip(" -").startswith(f"{key}:")]
    text = "\n".join(lines).replace("    rule:", "  - rule:") if key == "skill" else "\n".join(lines)
    with pytest.raises(PolicyError, match=f"`{key}` is missing"):
        policy_from(HEAD, waivers=text)


@pytest.mark.parametrize(
    "change", [("PYSEC-2024-1", "''"), ("2026-12-31", "never"), ("true", "perhaps"), ("waivers:", "waiver:")]
)
def test_a_wrong_waiver_is_refused(change):
    with pytest.raises(PolicyError) as caught:
        policy_from(HEAD, waivers=WAIVER.replace(*change))
    assert caught.value.file == WAIVERS
