"""Layers are a function of their content."""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.engines.sandbox.images.archive import OPENING, Recipe, stream
from checker.engines.sandbox.images.layers import (
    Layer,
    Member,
    stacked,
    tree_members,
    write_layer,
    write_part,
)
from tests.support.sandbox import sha256

NAMES = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=4, unique=True)


@given(NAMES, st.randoms(use_true_random=False))
def test_order_does_not_matter(names: list[str], random: object) -> None:
    members = [Member(f"d/{name}", data=name.encode()) for name in names]
    shuffled = members.copy()
    random.shuffle(shuffled)
    with tempfile.TemporaryDirectory() as folder:
        assert write_layer(Path(folder), members) == write_layer(Path(folder), shuffled)


def test_a_layer_is_named_by_its_bytes_and_tells_nothing_of_who_made_it(tmp_path: Path) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"content")
    source.chmod(0o600)
    layer = write_layer(
        tmp_path / "layers",
        [
            Member("a/b/c", 0o755, source=source),
            Member("a/link", 0o777, link="b/c"),
            Member("x" * 300, data=b""),
        ],
    )
    (path,) = (tmp_path / "layers").iterdir()
    assert (path.name, layer.pieces) == (f"{sha256(path)}.tar", (path,))
    assert layer.digest == sha256(path)
    with tarfile.open(path) as tar:
        members = tar.getmembers()
    assert [m.name for m in members] == ["a", "a/b", "a/b/c", "a/link", "x" * 300]
    assert {(m.uid, m.gid, m.mtime, m.uname, m.gname) for m in members} == {(0, 0, 0, "", "")}


def test_one_path_twice_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two members"):
        write_layer(tmp_path, [Member("a", data=b"1"), Member("a", data=b"2")])
    assert list(tmp_path.iterdir()) == []


def test_trees_keep_links_and_the_x_bit_alone(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir(0o700)
    (tmp_path / "sub/run").write_bytes(b"")
    (tmp_path / "sub/run").chmod(0o700)
    (tmp_path / "link").symlink_to("sub/run")
    found = {m.path: (m.mode, m.link) for m in tree_members(tmp_path, "opt/x")}
    assert found == {
        "opt/x/link": (0o777, "sub/run"),
        "opt/x/sub": (0o755, None),
        "opt/x/sub/run": (0o755, None),
    }


def recipe(layers: tuple[Layer, ...]) -> Recipe:
    return Recipe(
        "proctor/skill:abc", "amd64", layers, {"B": "2", "A": "1"}, {"l": "v"}, "/skill", "1000:1000"
    )


def test_the_archive_is_one_that_both_forms_of_readers_understand(tmp_path: Path) -> None:
    layers = tuple(write_layer(tmp_path, [Member(name, data=name.encode())]) for name in "ab")
    data = OPENING + b"".join(stream(recipe(layers)))
    assert data == OPENING + b"".join(stream(recipe(layers)))
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        files = {m.name: tar.extractfile(m).read() for m in tar.getmembers()}
    (docker,) = json.loads(files["manifest.json"])
    config = json.loads(files[docker["Config"]])
    assert docker["RepoTags"] == ["proctor/skill:abc"]
    assert config["rootfs"]["diff_ids"] == [layer.diff_id for layer in layers]
    assert config["config"]["Env"] == ["A=1", "B=2"]
    assert [files[name] for name in docker["Layers"]] == [b"".join(layer.chunks()) for layer in layers]
    (entry,) = json.loads(files["index.json"])["manifests"]
    manifest = json.loads(files[f"blobs/sha256/{entry['digest'].removeprefix('sha256:')}"])
    assert f"blobs/sha256/{manifest['config']['digest'].removeprefix('sha256:')}" == docker["Config"]


def test_a_layer_that_went_before_is_named_and_not_sent(tmp_path: Path) -> None:
    layers = tuple(write_layer(tmp_path, [Member(name, data=name.encode())]) for name in "ab")
    data = OPENING + b"".join(stream(recipe(layers), sent={layers[0].digest: "early/0.tar"}))
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        names = tar.getnames()
        (docker,) = json.loads(tar.extractfile("manifest.json").read())
    assert docker["Layers"] == ["early/0.tar", f"blobs/sha256/{layers[1].digest}"]
    assert docker["Layers"][1] in names
    assert not {f"blobs/sha256/{layers[0].digest}", "index.json"} & set(names)


def test_a_layer_used_twice_is_sent_once(tmp_path: Path) -> None:
    layer = write_layer(tmp_path, [Member("a", data=b"a")])
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream(recipe((layer, layer)))))) as tar:
        assert len([name for name in tar.getnames() if name.endswith(layer.digest)]) == 1


def test_files_written_ahead_follow_the_folders_they_lie_in(tmp_path: Path) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"b" * 700)
    parts = [
        write_part(tmp_path / "parts/1", [Member("e/one/a", data=b"a"), Member("e/empty", 0o755)]),
        write_part(tmp_path / "parts/2", [Member("e/two/b", source=source), Member("e/l", 0o777, link="b")]),
    ]
    layer = Layer("", stacked([Member("e/z", data=b"z")], parts))
    data = b"".join(layer.chunks())
    assert layer.size == len(data)
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        members = tar.getmembers()
        content = {m.name: tar.extractfile(m).read() for m in members if m.isfile()}
    assert [m.name for m in members] == ["e", "e/empty", "e/one", "e/two", "e/z", "e/one/a", "e/l", "e/two/b"]
    assert content == {"e/z": b"z", "e/one/a": b"a", "e/two/b": b"b" * 700}


def test_a_source_that_changes_while_it_is_copied_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"long")
    told = source.stat()
    source.write_bytes(b"short")
    monkeypatch.setattr(Path, "stat", lambda self, **_: told)
    with pytest.raises(OSError, match="changed while it was copied"):
        write_layer(tmp_path / "layers", [Member("a", source=source)])
