"""From a snapshot, the real pip-audit and a real index on loopback to the upgrade that clears a finding."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import SKILL_MD
from tests.support.index_server import IndexServer
from tests.support.osv import CVSS_HIGH, document, encoded, until
from tests.support.wheels import build_wheel


@pytest.fixture
def index():
    with IndexServer() as server:
        for version, requires in {"1.0": "deep<1.2", "1.1": "deep<1.4", "1.2": "deep>=1.3"}.items():
            server.add(build_wheel("app", version, requires=[requires]))
        for version in ("1.1", "1.3", "1.6"):
            server.add(build_wheel("deep", version))
        yield server


def lock(index, *pins):
    text = 'lock-version = "1.0"\ncreated-by = "test"\nrequires-python = ">=3.11"\n'
    for name, version in pins:
        file = index.find(f"{name}-{version}-py3-none-any.whl").built
        url = f"{index.origin}/files/{file.filename}"
        wheel = f'{{ url = "{url}", size = {len(file.data)}, hashes = {{ sha256 = "{file.sha256}" }} }}'
        text += f'\n[[packages]]\nname = "{name}"\nversion = "{version}"\nwheels = [{wheel}]\n'
    return text + '\n[tool.proctor]\ntarget = "linux-x86-64"\npython = "3.11"\n'


@pytest.mark.slow
def test_the_smallest_upgrade_of_the_declared_package(proctor, repo, index, tmp_path):
    registry = "version: 1\npackages:\n  - {name: app, versions: '<1.2', status: approved, min_maturity: intern, reason: x}\n"
    repo.commit(
        {
            "policies/maturity.yaml": f"version: 1\nindexes: ['{index.url}/']\n",
            "policies/packages.yaml": registry,
            "skills/a/SKILL.md": SKILL_MD.format(name="a"),
            "skills/a/skill.yaml": "version: 1\npackages: [app]\n",
            "skills/a/pylock.toml": lock(index, ("app", "1.0"), ("deep", "1.1")),
        }
    )
    known = document("GHSA-1", until("deep", "1.5"), severity=[CVSS_HIGH], modified="2026-11-20T00:00:00Z")
    (tmp_path / "known").mkdir()
    (tmp_path / "known/one.json").write_bytes(encoded(known))
    call = ("check", repo.path, "--no-sandbox", "--advisories", tmp_path / "known", "--now", "2026-11-22")
    result = proctor(*call, "--format", "json")
    (finding,) = (f for s in json.loads(result.out)["skills"] for o in s["outcomes"] for f in o["findings"])
    assert (result.code, finding["chain"], finding["upgrade"]) == (1, ["app", "deep"], "app>=1.2")
    assert finding["remedy"] == (
        "declare `app>=1.2` (the smallest that admits deep 1.6) in skills/a/skill.yaml, then run "
        "`proctor lock skills/a`; the registry does not approve app 1.2 yet: app 1.2 is outside of the approved "
        "versions (<1.2) (policies/packages.yaml:3)"
    )
