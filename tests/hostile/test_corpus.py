"""The corpus itself: complete, declared, and told in the docs as it is."""

from __future__ import annotations

import ast

import pytest

from tests.hostile.corpus import Case, cases
from tests.hostile.table import PAGE, everything, tables, with_tables

#: What the corpus has to hold, each with the files that show it.
PROMISED = {
    "bombs": "fork_bomb thread_bomb memory_bomb memfd_bomb disk_bomb inode_bomb sparse_file output_bomb cpu_bomb",
    "hidden ends": "hidden_oom sigterm_ignored daemon_holding_output silent_daemon hopping_daemon "
    "atexit_zero forged_junit",
    "the keeper": "trace_the_keeper kill_the_keeper keeper_memory",
    "privileges": "setuid suid_copy capabilities mount unshare setns mknod keyctl bpf perf_event_open io_uring_setup "
    "userfaultfd",
    "sockets": "vsock packet_socket raw_socket docker_socket metadata_address abstract_sockets",
    "the machine": "sysrq core_pattern cgroup_writes",
    "secrets": "environment canary_by_dns canary_by_output",
    "trees": "link_absolute link_escaping hard_link fifo socket device name_of_256_bytes thousand_deep "
    "hundred_thousand_files",
    "wheels": "pth sitecustomize scripts_python path_traversal bomb_by_size bomb_by_ratio sdist_that_phones_home",
    "logs": "workflow_commands ansi hyperlink bidi nul_and_cr invalid_utf8",
    "test-awareness": "knows_the_host_name knows_the_box knows_ci",
}


@pytest.mark.parametrize("promise", PROMISED)
def test_what_is_promised_is_there(promise: str) -> None:
    assert set(PROMISED[promise].split()) <= {case.name for case in everything()}


def test_there_are_enough_and_no_name_twice() -> None:
    names = [(case.folder, case.name) for case in everything()]
    assert len(set(names)) == len(names) >= 100
    assert len(cases("behaviours")) >= 50


@pytest.mark.parametrize("case", everything(), ids=lambda case: f"{case.folder}-{case.name}")
def test_a_case_says_what_must_happen(case: Case) -> None:
    ast.parse(case.path.read_text(encoding="utf-8"))
    assert case.does.endswith(".")
    assert "\n" not in case.does
    assert bool(case.outcome) is (case.folder != "behaviours")
    assert bool(case.status) is (case.folder == "behaviours")
    if case.status == "failed":
        assert case.rules


@pytest.mark.parametrize("case", everything(), ids=lambda case: f"{case.folder}-{case.name}")
def test_nobody_takes_a_case_for_a_test(case: Case) -> None:
    """It would run outside of the box, and end this very run with exit code 0."""
    assert not case.name.startswith("test_")
    assert not case.name.endswith("_test")


def test_the_page_shows_the_corpus_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert tables() in page, "run `python -m tests.hostile.table`"
    assert with_tables(page) == page
