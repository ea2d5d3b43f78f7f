"""Lock text of unknown origin."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import InputError
from checker.load.lockfile import MAX_BYTES, MAX_DISTRIBUTIONS, parse_lock
from checker.model.lock import Lock

HEAD = 'lock-version = "1.0"\ncreated-by = "uv"\n'
WHEEL = (
    '{ url = "https://files.example/a-1.0-py3-none-any.whl", size = 3, hashes = { sha256 = "'
    + "0" * 64
    + '" } }'
)
ENTRY = f'\n[[packages]]\nname = "a"\nversion = "1.0"\nwheels = [{WHEEL}]\n'


def parse(text: str | bytes) -> Lock:
    return parse_lock(text if isinstance(text, bytes) else text.encode(), "skills/x/pylock.toml", "linux")


def test_everything_a_lock_says_is_kept() -> None:
    extra = 'dependencies = [{ name = "B" }, { name = "a.c" }]\n'
    made = '[tool.proctor]\ntarget = "linux"\npython = "3.11"\nexclude-newer = 2025-01-01T00:00:00Z\n'
    lock = parse(
        HEAD + 'requires-python = ">=3.11"\nenvironments = ["os_name == \'posix\'"]\n' + ENTRY + extra + made
    )
    assert (lock.requires_python, lock.locked_target, lock.locked_python) == (">=3.11", "linux", "3.11")
    assert lock.exclude_newer == dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    (entry,) = lock.distributions
    assert (entry.name, str(entry.version), entry.requires) == ("a", "1.0", ("a-c", "b"))
    assert str(lock.place_of(entry.name)) == "skills/x/pylock.toml:6"
    (wheel,) = entry.wheels
    assert (wheel.filename, wheel.size, wheel.sha256) == ("a-1.0-py3-none-any.whl", 3, "0" * 64)


def test_edges_that_are_not_said_differ_from_edges_that_are_not_there() -> None:
    assert parse(HEAD + ENTRY).distributions[0].requires is None
    assert parse(HEAD + ENTRY + "dependencies = []\n").distributions[0].requires == ()


def test_lines_count_every_entry_and_survive_other_layouts() -> None:
    second = ENTRY.replace('"a"', '"b"').replace("/a-1.0", "/b-1.0")
    assert parse(HEAD + ENTRY + second).lines == (4, 9)
    inline = HEAD + f'packages = [{{ name = "a", version = "1.0", wheels = [{WHEEL}] }}]\n'
    assert parse(inline).lines == (None,)
    decoy = HEAD + '[tool.x]\ntext = """\n[[packages]]\n"""\n' + ENTRY
    assert parse(decoy).lines == (None,)


@pytest.mark.parametrize(
    ("entry", "source"),
    [
        ('directory = { path = "../.." }', "../.."),
        (
            'vcs = { type = "git", url = "https://git.example/a", commit-id = "abc" }',
            "git+https://git.example/a@abc",
        ),
        (
            'archive = { url = "https://x.example/a.zip", hashes = { sha256 = "00" } }',
            "https://x.example/a.zip",
        ),
    ],
)
def test_entries_that_are_no_file_of_an_index(entry: str, source: str) -> None:
    (found,) = parse(f'{HEAD}[[packages]]\nname = "a"\n{entry}\n').distributions
    assert found.direct_source == source
    assert found.pin is None


def test_a_direct_reference_to_a_wheel_keeps_the_wheel() -> None:
    hashes = f'hashes = {{ sha256 = "{"0" * 64}" }}'
    archive = f'archive = {{ url = "https://x.example/a-1-py3-none-any.whl", {hashes} }}'
    (found,) = parse(f'{HEAD}[[packages]]\nname = "a"\n{archive}\n').distributions
    assert [wheel.filename for wheel in found.wheels] == ["a-1-py3-none-any.whl"]


def test_only_a_whole_sha256_counts() -> None:
    short = ENTRY.replace("0" * 64, "0" * 63)
    assert parse(HEAD + short).distributions[0].wheels[0].sha256 is None
    assert parse(HEAD + ENTRY.replace("sha256", "md5")).distributions[0].wheels[0].sha256 is None
    assert parse(HEAD + ENTRY.replace("0" * 64, "A" * 64)).distributions[0].wheels[0].sha256 == "a" * 64


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (HEAD + "packages = ]\n", 3, "not TOML"),
        (HEAD + "[[packages]]\nname = 1\n", 3, "not a valid lock"),
        (HEAD + ENTRY + "\n[[packages]]\nname = 'b'\nversion = '1'\n", 9, "packages"),
        (HEAD + ENTRY.replace('name = "a"', 'name = "A_b"'), 4, "not normalized"),
        (HEAD + ENTRY.replace('name = "a"', 'name = "b"'), 4, "not consistent"),
        (HEAD + ENTRY.replace("size = 3", "size = "), 7, "not TOML"),
        (HEAD + ENTRY + 'dependencies = [{ version = "1" }]\n', None, "dependency without"),
        ('lock-version = "2.0"\ncreated-by = "x"\npackages = []\n', None, "not a valid lock"),
        (HEAD, None, "packages"),
        (HEAD + "packages = []\n[tool]\nproctor = 1\n", None, "tool.proctor"),
        (HEAD + "packages = []\n[tool.proctor]\nexclude-newer = 'x'\n", None, "tool.proctor.exclude-newer"),
        (HEAD + "packages = []\n[tool.proctor]\ntarget = 1\n", None, "tool.proctor.target"),
        (b"\n\n\xff\n", 3, "UTF-8"),
        ("x = " + "[" * 100_000, None, "not TOML"),
        ("x = " + "9" * 100_000, None, "not TOML"),
        ("x." * 50_000 + "x = 1", None, "."),
        ("", None, "not a valid lock"),
        (b"#" * (MAX_BYTES + 1), None, "too large"),
    ],
)
def test_what_cannot_be_used_says_where(text: str | bytes, line: int | None, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse(text)
    assert caught.value.file == "skills/x/pylock.toml"
    assert line is None or caught.value.line == line


def test_an_entry_that_was_seen_before_is_found_at_its_new_place() -> None:
    first, second = parse(HEAD + ENTRY), parse(HEAD + "\n\n" + ENTRY)
    assert (first.lines, second.lines) == ((4,), (6,))
    assert first.distributions == second.distributions


@pytest.mark.parametrize("size", ["true", "3.0", '"3"'])
def test_an_entry_that_only_looks_like_one_seen_before_is_read_anew(size: str) -> None:
    parse(HEAD + ENTRY)
    with pytest.raises(InputError, match=r"packages\[1\]\.wheels\[0\]") as caught:
        parse(HEAD + ENTRY + ENTRY.replace("size = 3", f"size = {size}"))
    assert caught.value.line == 9


@pytest.mark.parametrize("depth", [50, 120, 900, 5_000])
def test_an_entry_may_be_nested_in_any_depth_without_harm(depth: int) -> None:
    with contextlib.suppress(InputError):
        parse(HEAD + ENTRY + "tool.x" + ".x" * depth + " = 1\n")


def test_messages_are_safe_to_print() -> None:
    with pytest.raises(InputError) as caught:
        parse(HEAD + '[[packages]]\nname = "a\\u001b[31m\\u202e"\n')
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)


FRAGMENTS = (
    ENTRY,
    ENTRY.replace('"a"', '"b"'),
    ENTRY.replace("\n", "\r\n"),
    "\n[[packages]]\n",
    "\n[[packages]] # told\n",
    (
        '\n[[packages]]\nname = "c"\nversion = "2"\n[[packages.wheels]]\nurl = "https://f.example/c-2-py3-none-any.whl"\n'
        f'[packages.wheels.hashes]\nsha256 = "{"1" * 64}"\n'
    ),
    "\n[tool.proctor]\n",
    'target = "linux"\n',
    'dependencies = [{ name = "b" }]\n',
    'text = """\n',
    '"""\n',
    "packages = []\n",
    "packages.x = 1\n",
    "[packages]\n",
    'requires-python = ">=3.11"\n',
    "[[[\n",
    "# [[packages]]\n",
)


def outcome(text: str) -> object:
    try:
        lock = parse(text)
    except InputError as error:
        return type(error)
    return lock.model_dump(exclude={"lines"})


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=7))
def test_a_lock_read_table_by_table_says_what_it_says_as_a_whole(fragments: list[str]) -> None:
    text = HEAD + "".join(fragments)
    assert outcome(text) == outcome(text.replace("[[packages]]", "[[ packages ]]"))


@given(st.binary(max_size=400))
def test_arbitrary_bytes_raise_nothing_else(data: bytes) -> None:
    with contextlib.suppress(InputError):
        parse(data)


FRAGMENTS = st.sampled_from(
    [
        *(
            "[[packages]]\n",
            "[packages]\n",
            'name = "a"\n',
            'version = "1.0"\n',
            'version = "é"\n',
            "version = 1\n",
        ),
        *(
            f"wheels = [{WHEEL}]\n",
            "wheels = [{}]\n",
            'wheels = [{ url = "http://[" , hashes = {a = "b"}}]\n',
        ),
        *(
            'sdist = { path = "x", hashes = { sha256 = "1" } }\n',
            'marker = "os_name == 1"\n',
            "marker = '('\n",
        ),
        *('dependencies = [{ name = "" }]\n', "dependencies = [[]]\n", "dependencies = [{ name = [1] }]\n"),
        *(
            'directory = { path = "/" }\n',
            "[tool.proctor]\n",
            "exclude-newer = 2025-01-01\n",
            'environments = ["x"]\n',
        ),
        *(
            'archive = { url = "http://[/a.whl", hashes = { sha256 = "x" } }\n',
            'requires-python = "~=3"\n',
            "\n",
        ),
    ]
)


@given(st.lists(FRAGMENTS, max_size=8))
def test_near_misses_raise_nothing_else(fragments: list[str]) -> None:
    with contextlib.suppress(InputError):
        parse(HEAD + "".join(fragments))


def test_more_distributions_than_any_skill_has_are_refused() -> None:
    entries = "".join(f'[[packages]]\nname = "p{n}"\n' for n in range(MAX_DISTRIBUTIONS + 1))
    with pytest.raises(InputError, match="too many"):
        parse(f'lock-version = "1.0"\ncreated-by = "x"\n{entries}')
