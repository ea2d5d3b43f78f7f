"""Where reports go: whole, never through a link, into what is no file, and nowhere without a name."""

from __future__ import annotations

import json
import os
import secrets
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from checker.cli import whole_file
from checker.cli.whole_file import write_file
from tests.cli.conftest import packaged

QUICK = ("--offline", "--no-sandbox", "--only", "manifest")
REPORT = ("--format", "json", *QUICK)


@pytest.fixture
def read_all(tmp_path):
    """Read what is written to a pipe at `tmp_path/pipe`; call the value for all of it."""
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()

    def result() -> str:
        reader.join(10)
        return read[0]

    return result


def test_no_link_at_a_guessed_name_is_followed(proctor, repo):
    """As a pull request could commit it, for a run whose report goes into the checkout."""
    victim = repo.path / "skills/notes/SKILL.md"
    before = victim.read_text()
    for name in (".verdict.json.partial", "verdict.json.partial", ".partial"):
        (repo.path / name).symlink_to(victim)
    output = repo.path / "verdict.json"
    assert proctor("check", repo.path, *REPORT, "--output", output).code == 0
    assert (json.loads(output.read_text())["decision"], victim.read_text()) == ("pass", before)
    output.unlink()
    assert proctor("rescan", repo.path, "--offline", "--save", output).code == 0
    assert (json.loads(output.read_text())["decision"], victim.read_text()) == ("pass", before)


def test_the_name_of_what_is_half_written_cannot_be_guessed(tmp_path, monkeypatch):
    seen = []
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda old, new: (seen.append(old.name), replace(old, new))[1])
    for _ in range(2):
        write_file(tmp_path / "report", "text")
    assert len(set(seen)) == 2
    assert all(len(name) > 32 for name in seen)


def test_nothing_is_followed_or_removed_even_where_the_name_was_guessed(tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "token_hex", lambda size: "guessed")
    (tmp_path / "victim").write_text("mine")
    (tmp_path / ".guessed.partial").symlink_to("victim")
    with pytest.raises(FileExistsError):
        write_file(tmp_path / "report", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".guessed.partial", "victim"]
    assert (tmp_path / "victim").read_text() == "mine"


@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_is_replaced_and_not_followed(tmp_path, dangling):
    victim, output = tmp_path / "victim", tmp_path / "report"
    output.symlink_to(victim)
    if not dangling:
        victim.write_text("mine")
    write_file(output, "text")
    assert (output.is_symlink(), output.read_text()) == (False, "text")
    assert victim.exists() is not dangling
    assert dangling or victim.read_text() == "mine"


def test_a_link_to_a_pipe_is_replaced_too(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "report").symlink_to(tmp_path / "pipe")
    write_file(tmp_path / "report", "text")
    assert (tmp_path / "report").read_text() == "text"
    assert stat.S_ISFIFO((tmp_path / "pipe").lstat().st_mode)


def test_a_pipe_is_written_to_and_stays(proctor, repo, tmp_path, read_all):
    assert proctor("check", repo.path, *REPORT, "--output", tmp_path / "pipe").code == 0
    assert json.loads(read_all())["decision"] == "pass"
    assert stat.S_ISFIFO((tmp_path / "pipe").lstat().st_mode)


def test_the_systems_own_links_are_followed(tmp_path, monkeypatch, read_all):
    """`/dev/stdout` is a link. A stand-in, so that a mistake here replaces nothing of the machine's."""
    devices = tmp_path / "dev"
    devices.mkdir()
    (devices / "stdout").symlink_to(tmp_path / "pipe")
    (tmp_path / "way").symlink_to(devices)
    monkeypatch.setattr(whole_file, "_DEVICES", devices.resolve())
    write_file(tmp_path / "way/stdout", "text")
    assert read_all() == "text"
    assert (devices / "stdout").is_symlink()


def test_where_links_are_the_systems_own():
    of = whole_file._is_the_systems
    assert [of(Path(folder)) for folder in ("/dev", "/proc/7/fd")] == [True, True]
    assert not any(of(Path(folder)) for folder in ("/", "/dev/shm", "/devices", "/home/dev", "/process"))


@pytest.mark.skipif(sys.platform != "linux", reason="a device of its own needs Linux")
def test_a_device_is_written_to_and_stays(proctor, repo, tmp_path):
    devices = {"null": (1, 3, 0, "report written"), "full": (1, 7, 2, "cannot be written to")}
    for name, (major, minor, code, said) in devices.items():
        device = tmp_path / name
        try:
            os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(major, minor))
            device.open("wb").close()
        except PermissionError:
            pytest.skip("only root makes devices, and not everywhere")
        result = proctor("check", repo.path, *REPORT, "--output", device)
        assert (result.code, said in result.err) == (code, True)
        assert stat.S_ISCHR(device.lstat().st_mode)


def test_the_mode_is_that_of_any_new_file(tmp_path):
    old = os.umask(0o027)
    try:
        write_file(tmp_path / "report", "text")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == 0o640


def test_where_the_disk_is_full_the_last_report_stays_and_nothing_is_left_beside_it(tmp_path):
    """A process may write no byte to any file: the closest to a full disk that needs no root."""
    output = tmp_path / "report"
    output.write_text("last")
    script = "import sys; from pathlib import Path; from checker.cli.whole_file import write_file; "
    script += "write_file(Path(sys.argv[1]), 'x' * 100_000)"
    limited = f'ulimit -f 0; exec "{sys.executable}" -B -c "$0" "$1"'
    done = subprocess.run(["bash", "-c", limited, script, output], capture_output=True, text=True)
    assert (done.returncode, "File too large" in done.stderr) == (1, True)
    assert (output.read_text(), [path.name for path in tmp_path.iterdir()]) == ("last", ["report"])


def test_a_dash_is_standard_output(proctor, repo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = proctor("check", repo.path, *REPORT, "--output", "-")
    assert (result.code, json.loads(result.out)["decision"]) == (0, "pass")
    (tmp_path / "part.json").write_text("{}")
    assert proctor("merge", "part.json", "--output", "-").code == 2
    assert not (tmp_path / "-").exists()


@pytest.mark.parametrize(
    "call",
    [
        ("check", "--output", ""),
        ("check", "--advisories", ""),
        ("rescan", "--save", ""),
        ("rescan", "--save", "-"),
        ("rescan", "--previous", ""),
        ("plan", "--shards", "2", "--save", ""),
        ("ci", "--verdict-file", ""),
        ("ci", "--sarif-file", "-"),
        ("sbom", "notes", "--output", ""),
        ("merge", "--output", ""),
    ],
    ids=" ".join,
)
def test_nothing_is_the_name_of_nothing(proctor, repo, monkeypatch, call):
    monkeypatch.chdir(repo.path)
    result = proctor(*call)
    assert (result.code, f"Invalid value for '{call[-2]}'" in result.err) == (2, True)
    assert not (repo.path / "-").exists()


@pytest.mark.parametrize(
    ("rule", "flags", "why"),
    [
        ("sandbox", ["--no-sandbox"], "--no-sandbox"),
        ("vulnerabilities", ["--offline", "--no-sandbox"], "no advisory snapshot"),
    ],
)
def test_what_is_asked_for_by_name_is_not_left_out(proctor, repo, rule, flags, why):
    repo.commit(packaged("tables", "pandas"))
    result = proctor("check", repo.path, "--only", rule, *flags)
    assert result.code == 2
    assert f"--only {rule} asks for what is switched off: " in result.err
    assert why in result.err


def test_a_policy_without_a_sandbox_does_not_answer_for_it(proctor, repo):
    repo.commit({"policies/maturity.yaml": "version: 1\nextends: default\nsandbox: {enabled: false}\n"})
    result = proctor("check", repo.path, "--only", "sandbox", "--offline")
    assert (result.code, "the policy switches the sandbox off" in result.err) == (2, True)
