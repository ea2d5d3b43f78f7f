"""What goes into a skill's image: its own files, and the wheels that its lock names for the target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from checker.errors import InputError, Unanswered
from checker.escape import visible
from checker.model.lock import LOCK_NAME, Lock
from checker.model.plan import Examinee
from checker.model.policy import Policy, Target
from checker.model.skill import Entry, FileKind, Skill
from checker.rules.commands import lock_command
from checker.rules.lfs import is_pointer
from checker.rules.links import Links
from checker.rules.lock.wheel_choice import WheelChoice, choose, is_linux
from checker.tools import ImageOrder, Tree

ENGINE = "sandbox"
#: Bytes of one file, and of all files, that a skill may bring into its image.
MAX_FILE_BYTES, MAX_SKILL_BYTES = 64 << 20, 256 << 20
#: Each is a read, an entry of a layer and an inode: a skill of 100,000 files would take minutes.
MAX_SKILL_FILES = 10_000


def target_of(policy: Policy) -> Target:
    """The target the box runs: the policy's first one for Linux. Raises Unanswered where there is none."""
    for target in policy.targets:
        if is_linux(target):
            return target
    raise Unanswered(ENGINE, "no target of the policy is for Linux, so nothing can be run")


def python_of(skill: Skill, policy: Policy) -> str:
    """The Python the box runs: the target's, else the skill's, else the policy's default."""
    return target_of(policy).python or skill.python or policy.default_python


class ImageOrders:
    """Orders for the images of skills of one tree. For any number of threads."""

    def __init__(self, policy: Policy, head: Tree) -> None:
        """Nothing is read yet."""
        self._policy, self._head = policy, head

    def of(self, examinee: Examinee) -> ImageOrder:
        """The order for an image. Raises Unanswered (nothing can be run) and InputError (the skill)."""
        skill, policy = examinee.skill, self._policy
        python, lock = python_of(skill, policy), _lock(skill, target_of(policy))
        choice = _chosen(lock, python, policy) if lock else None
        digest = next((e.digest for e in skill.files if lock and e.path == lock.file), "")
        return ImageOrder(
            skill=skill.id,
            python=python,
            base=policy.sandbox.base,
            wheels=choice.wheels if choice else (),
            sources=choice.sources if choice else (),
            files=_files(skill, self._head),
            labels={"org.proctor.lock": digest} if digest else {},
            max_wheel_bytes=policy.sandbox.max_wheel_mb << 20,
            max_unpacked_bytes=policy.sandbox.max_unpacked_mb << 20,
            shared=digest in self._repeated,
        )

    @cached_property
    def _repeated(self) -> frozenset[str]:
        """Digests of locks that lie in several folders of the tree, whatever is examined of it today."""
        counted = Counter(digest for digest, _ in set(self._locks()))
        return frozenset(digest for digest, times in counted.items() if times > 1)

    def _locks(self) -> Iterator[tuple[str, str]]:
        """Digest and folder of every lock: one for each target may lie in a folder."""
        entries = self._head.entries()
        for path in entries:
            folder, _, name = path.rpartition("/")
            if LOCK_NAME.fullmatch(name) and entries[path].kind is not FileKind.SYMLINK:
                yield entries[path].digest, folder


def _lock(skill: Skill, target: Target) -> Lock | None:
    lock = skill.locks.get(target.name)
    if lock is None and skill.packages:
        raise Unanswered(ENGINE, f"no lock for target {target.name}: run {lock_command(skill)}")
    return lock


def _chosen(lock: Lock, python: str, policy: Policy) -> WheelChoice:
    choice = choose(lock, python, target_of(policy).platform, policy.source_builds)
    if choice.problems:
        raise Unanswered(ENGINE, "; ".join(choice.problems))
    return choice


def _files(skill: Skill, head: Tree) -> dict[str, tuple[bytes, bool]]:
    if len(skill.files) > MAX_SKILL_FILES:
        reason = f"the skill has {len(skill.files)} files; {MAX_SKILL_FILES} are allowed"
        raise InputError(reason, visible(skill.skill_md))
    left = MAX_SKILL_BYTES
    files: dict[str, tuple[bytes, bool]] = {}
    for path, source in _sources(skill, head):
        content = head.read(source.path, MAX_FILE_BYTES)
        if is_pointer(content):
            raise Unanswered(ENGINE, f"{visible(path)} is a Git LFS pointer: its content is not here")
        left -= len(content)
        if left < 0:
            raise InputError(f"the skill's files are larger than {MAX_SKILL_BYTES} bytes", visible(path))
        files[skill.relative(path)] = content, source.kind is FileKind.EXECUTABLE
    return files


def _sources(skill: Skill, head: Tree) -> Iterator[tuple[str, Entry]]:
    """Each file of the image, and the regular file it is made of: links are followed, to folders too."""
    links = Links(head)
    for entry in skill.files:
        for path, found in _followed(entry, links):
            if found.kind not in (FileKind.FILE, FileKind.EXECUTABLE):
                raise Unanswered(ENGINE, f"{visible(path)} is a submodule or a special file")
            yield path, found


def _followed(entry: Entry, links: Links) -> Iterator[tuple[str, Entry]]:
    """The entry itself or, for a link, what it leads to. A link within a linked folder is not followed."""
    if entry.kind is not FileKind.SYMLINK:
        yield entry.path, entry
        return
    end = links.follow(entry.path)
    if end.failure:
        raise InputError(f"the symbolic link {end.failure}", visible(entry.path))
    for found in links.at(end.path):
        if found.kind is not FileKind.SYMLINK:
            inside = found.path if end.path == "." else found.path.removeprefix(end.path).lstrip("/")
            yield (f"{entry.path}/{inside}" if inside else entry.path), found
