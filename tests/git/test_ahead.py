"""Files read along with their neighbours: the same answers, in fewer round trips."""

from __future__ import annotations

import pytest

from checker.engines.conversation import Conversation
from checker.engines.git import Git
from checker.engines.git.ahead import WINDOW
from checker.errors import InputError, Unanswered

LARGE = b"x" * (600 * 1024)


def test_every_file_has_its_own_content_in_any_order(repo):
    files = {f"s/{number:04d}": f"{number % 50}\n" for number in range(3 * WINDOW)}
    repo.commit({**files, "s/0001.empty": "", "s/0002.large": LARGE, "other": b"\0\xff"})
    expected = {path: text.encode() for path, text in files.items()}
    expected |= {"s/0001.empty": b"", "s/0002.large": LARGE, "other": b"\0\xff"}
    with Git(repo.path) as git:
        tree = git.tree(git.head())
        for path in (*expected, *reversed(expected)):
            assert tree.read(path, 1_000_000) == expected[path], path


def test_a_small_limit_holds_for_what_is_at_hand_and_for_what_is_not(repo):
    repo.commit({"a": "12345", "b": LARGE, "c": "12"})
    with Git(repo.path) as git:
        tree = git.tree(git.head())
        for _ in range(2):
            with pytest.raises(InputError, match="5 bytes, at most 4"):
                tree.read("a", 4)
            with pytest.raises(InputError, match=f"{len(LARGE)} bytes, at most 1024"):
                tree.read("b", 1024)
            assert tree.read("c", 4) == b"12"


def test_a_missing_or_damaged_neighbour_harms_nobody_else(repo):
    repo.commit({"a": "1", "b": "2", "c": "3", "d": "4"})
    objects = repo.path / ".git/objects"
    place = {
        name: objects / oid[:2] / oid[2:] for name in "bcd" if (oid := repo.git("rev-parse", f"HEAD:{name}"))
    }
    other = place["d"].read_bytes()
    place["b"].unlink()
    place["c"].unlink()
    place["c"].write_bytes(other)
    with Git(repo.path) as git:
        tree = git.tree(git.head())
        for _ in range(2):
            assert tree.read("a", 9) == b"1"
            with pytest.raises(Unanswered, match="missing here"):
                tree.read("b", 9)
            with pytest.raises(Unanswered):
                tree.read("c", 9)
            assert tree.read("d", 9) == b"4"


def test_a_thousand_files_take_dozens_of_questions(repo, monkeypatch):
    asked: list[bytes] = []
    send = Conversation.send
    monkeypatch.setattr(Conversation, "send", lambda self, text: (asked.append(text), send(self, text))[1])
    repo.commit({f"skills/s{number:04d}/SKILL.md": f"{number}" for number in range(1_000)})
    with Git(repo.path) as git:
        tree = git.tree(git.head())
        assert [tree.read(path, 9) for path in tree.entries()] == [b"%d" % number for number in range(1_000)]
    assert len(asked) < 50
    assert max(map(len, asked)) < 4096, "more than a pipe holds, and both sides wait for each other"


def test_nothing_is_read_after_the_end(repo):
    repo.commit({"a": "1"})
    with Git(repo.path) as git:
        tree = git.tree(git.head())
        assert tree.read("a", 9) == b"1"
    with pytest.raises(Unanswered):
        tree.read("a", 9)
