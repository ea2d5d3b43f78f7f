"""Credentials in addresses that the operator gives: nothing that is said or kept ever repeats them."""

from __future__ import annotations

import pytest

from tests.cli.conftest import packaged

SECRET = "never+to/be=seen"
LOGIN = "user:never%2Bto%2Fbe%3Dseen"
NOBODY = f"http://{LOGIN}@127.0.0.1:1"
CHECK = ("check", "--worktree", "--no-sandbox", "--only", "vulnerabilities")
PULL = ("advisories", "pull", "--url")
#: What is called → the command with its options, and the environment.
CALLS = {
    "a snapshot by address": ((*CHECK, "--advisories", f"{NOBODY}/all.zip"), {}),
    "a snapshot at no address": ((*CHECK, "--advisories", f"https://{LOGIN}@[x/all.zip"), {}),
    "an export": ((*PULL, f"{NOBODY}/all.zip"), {}),
    "an export at no address": ((*PULL, f"https://{LOGIN}@host:port/all.zip"), {}),
    "a server of OSV": (CHECK, {"PROCTOR_OSV_URL": NOBODY}),
    "a proxy": ((*PULL, "http://export.example/"), {"HTTP_PROXY": NOBODY}),
    "a proxy for TLS": ((*PULL, "https://export.example/"), {"HTTPS_PROXY": NOBODY}),
    "a proxy that is no address": ((*PULL, "http://export.example/"), {"HTTP_PROXY": f"http://{LOGIN}@[x"}),
    "a proxy without a port": ((*PULL, "http://export.example/"), {"HTTP_PROXY": f"http://{LOGIN}@host:port"}),
    "a proxy of another kind": ((*PULL, "http://export.example/"), {"HTTP_PROXY": f"socks5://{LOGIN}@127.0.0.1:1"}),
}  # fmt: skip


def cases():
    for name, (command, environ) in CALLS.items():
        marks = (
            [pytest.mark.slow] if command[0] == "check" else []
        )  # an index that is not there is asked again
        yield pytest.param(command, environ, id=name, marks=marks)


@pytest.mark.slow
@pytest.mark.parametrize(("command", "environ"), list(cases()))
def test_no_call_repeats_a_password(proctor, repo, tmp_path, monkeypatch, command, environ):
    repo.commit(packaged("tables", "pandas"))
    for name in ("no_proxy", "NO_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"UV_DEFAULT_INDEX": "http://127.0.0.1:1/", "PROCTOR_DEBUG": "1", **environ}.items():
        monkeypatch.setenv(name, value)
    where = (repo.path,) if command[0] == "check" else ("--path", repo.path)
    formats = ("--format", "json", "--output", tmp_path / "verdict.json") if command[0] == "check" else ()
    said = proctor(*command, *where, *formats)
    assert said.code in (1, 2, 3)
    assert "defect" not in said.err
    kept = [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    for text in (said.out, said.err, *kept):
        assert SECRET not in text
        assert LOGIN not in text
