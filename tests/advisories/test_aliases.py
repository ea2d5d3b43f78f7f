from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from checker.model.advisory import Advisory
from checker.model.severity import Severity
from checker.rules.osv.aliases import families, merge
from tests.support.osv import CVSS_CRITICAL, CVSS_HIGH, database, document, pin, until

IDS = st.sampled_from([f"{kind}-{n}" for kind in ("CVE", "GHSA", "PYSEC", "MAL", "X") for n in range(3)])
RATED = st.sampled_from(["unknown", "low", "medium", "high", "critical", "malicious"])
ADVISORIES = st.lists(
    st.builds(
        Advisory,
        id=IDS,
        aliases=st.lists(IDS, max_size=2).map(tuple),
        severity=RATED.map(Severity),
        summary=st.sampled_from(["", "one", "two"]),
        fixed_versions=st.lists(st.sampled_from(["1", "2", "3"]).map(Version), max_size=2).map(tuple),
        reported_by=st.sampled_from([("a",), ("b",)]),
    ),
    max_size=6,
)


def names(advisory: Advisory) -> set[str]:
    return {advisory.id, *advisory.aliases}


@given(ADVISORIES, st.data())
def test_the_order_never_matters(advisories, data):
    assert merge(advisories) == merge(data.draw(st.permutations(advisories)))


@given(ADVISORIES)
def test_nothing_is_lost_and_nothing_shared(advisories):
    merged = merge(advisories)
    ids = [name for one in merged for name in names(one)]
    assert sorted(ids) == sorted({name for one in advisories for name in names(one)})
    assert {e for one in merged for e in one.reported_by} == {
        e for one in advisories for e in one.reported_by
    }
    assert {f for one in merged for f in one.fixed_versions} == {
        f for a in advisories for f in a.fixed_versions
    }


@given(ADVISORIES)
def test_merging_again_changes_nothing(advisories):
    assert merge(merge(advisories)) == merge(advisories)


@given(st.lists(st.lists(IDS, min_size=1, max_size=3), max_size=8))
def test_families_agree_with_joining_sets_until_nothing_changes(groups):
    joined = [set(group) for group in groups]
    for _ in joined:
        joined = [set().union(*(other for other in joined if other & group)) for group in joined]
    found = families(groups)
    assert found == {name: min(group) for group in joined for name in group}


def test_a_merged_advisory_is_the_best_of_all():
    early, late = dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 2, 1, tzinfo=dt.UTC)
    one = Advisory(id="PYSEC-1", aliases=("CVE-1",), published=late, fixed_versions=(Version("2"),))
    two = Advisory(id="GHSA-1", aliases=("CVE-1",), published=early, summary="bad", severity=Severity.HIGH)
    other = Advisory(id="PYSEC-2")
    assert merge([one, two, other]) == (
        Advisory(
            id="GHSA-1",
            aliases=("PYSEC-1", "CVE-1"),
            severity=Severity.HIGH,
            summary="bad",
            fixed_versions=(Version("2"),),
            published=early,
        ),
        other,
    )


def test_severity_comes_from_a_twin_through_a_third_record():
    known = database(
        document("PYSEC-1", until("demo", "2"), aliases=["CVE-1"]),
        document("CVE-1", aliases=["GHSA-1"]),
        document("GHSA-1", severity=[CVSS_CRITICAL]),
        document("PYSEC-2", until("demo", "2"), related=["GHSA-1"]),
        document("PYSEC-3", until("demo", "2"), aliases=["CVE-3"], severity=[CVSS_HIGH]),
    )
    found = {record.id: known.advisory(record, pin("demo==1")) for record in known.affecting(pin("demo==1"))}
    assert {name: advisory.severity.value for name, advisory in found.items()} == {
        "PYSEC-1": "critical",
        "PYSEC-2": "unknown",
        "PYSEC-3": "high",
    }
    assert known.severity("CVE-3") is Severity.HIGH
    assert known.severity("CVE-9") is Severity.UNKNOWN


def test_the_twin_of_a_malicious_record_is_malicious():
    known = database(
        document("MAL-2024-1", until("evil", "9"), aliases=["GHSA-1"]), document("GHSA-1", until("evil", "9"))
    )
    assert known.severity("GHSA-1") is Severity.MALICIOUS
