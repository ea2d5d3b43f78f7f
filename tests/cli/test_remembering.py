"""`check --base` says the same whatever is in the cache folder, and writes nothing where it should not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import POLICY, packaged

CHECK = ("--offline", "--no-sandbox", "--only", "packages", "--now", "2026-11-22", "--format", "json")
BANNED = POLICY["policies/packages.yaml"].replace("pandas, status: approved", "pandas, status: banned")


def _records(cache: Path) -> list[Path]:
    return sorted(path for path in (cache / "records").rglob("*") if path.is_file())


def _damaged(cache: Path) -> None:
    for path in _records(cache):
        path.write_bytes(path.read_bytes().replace(b"pandas", b"nobody"))


def _cut_off(cache: Path) -> None:
    for path in _records(cache):
        path.write_bytes(path.read_bytes()[:-1])


def _elsewhere(cache: Path) -> None:
    shutil.move(cache / "records", cache / "other")
    (cache / "records").symlink_to(cache / "other")


def _a_file(cache: Path) -> None:
    shutil.rmtree(cache / "records")
    (cache / "records").write_text("")


def _of_others(cache: Path) -> None:
    for path in _records(cache):
        path.chmod(0o666)


def _as_it_was(cache: Path) -> None:
    assert {path.parent.name for path in _records(cache)} == {"reach", "brought"}


@pytest.mark.parametrize("spoil", [_as_it_was, _damaged, _cut_off, _elsewhere, _a_file, _of_others])
def test_a_ban_is_seen_whatever_became_of_the_cache(
    proctor, repo, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    cache = tmp_path / "cache"
    included = {
        "common.txt": "pandas\n",
        "skills/b/SKILL.md": "",
        "skills/b/requirements.txt": "-r ../../common.txt\n",
    }
    repo.commit({**packaged("a", "pandas"), **included})
    repo.checkout("work", new=True)
    repo.commit({"policies/packages.yaml": BANNED})

    def verdict():
        result = proctor("check", repo.path, "--base", "main", *CHECK)
        return result.code, json.loads(result.out)

    first = verdict()
    assert [skill["skill"] for skill in first[1]["skills"]] == ["policies", "skills/a", "skills/b"]
    spoil(cache)
    elsewhere = sorted((cache / "other").rglob("*"))
    assert verdict() == first
    assert sorted((cache / "other").rglob("*")) == elsewhere, "nothing is written through a link"
