"""What `proctor init` tells a person: what it wrote and left, what it could not understand, what is next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from checker.commands.init import Initiation
from checker.commands.init.manifests import Manifest, remarks
from checker.commands.init.starters import PRE_COMMIT, WORKFLOW
from checker.escape import visible
from checker.load.policy_files import PACKAGES


@dataclass(frozen=True)
class Done:
    """Whether it was a dry run, and which files could not be written, with the reason."""

    dry: bool = False
    refused: Mapping[str, str] = field(default_factory=dict)


def lines(made: Initiation, done: Done) -> Iterator[str]:
    """Everything to say, in order; safe to print."""
    for manifest in made.manifests:
        yield from _skill(made, manifest, done)
    yield from _ungoverned(made)
    yield ""
    yield from _files(made, done)
    yield from _kept(made)
    yield ""
    yield from _summary(made, done)
    yield from _next_steps(made)


def _skill(made: Initiation, manifest: Manifest, done: Done) -> Iterator[str]:
    """One line for a skill, and below it what a person has to look at."""
    told = [*remarks(manifest), *_lock_failure(made, manifest)]
    if manifest.text or told:
        yield f"{visible(manifest.skill)}: {', '.join(_state(made, manifest, done))}"
        yield from (f"  ? {line}" for line in told)


def _state(made: Initiation, manifest: Manifest, done: Done) -> Iterator[str]:
    if manifest.text:
        verb = "would write skill.yaml" if done.dry else "skill.yaml written"
        yield verb if manifest.path not in done.refused else "skill.yaml not written"
        count = made.packages.get(manifest.skill, 0)
        yield _count(count, "package") if count else "no packages"
    else:
        yield manifest.why
    if any(path.rpartition("/")[0] == manifest.skill for path in made.locks.texts):
        python = made.locks.pythons.get(manifest.skill)
        yield ("lock resolved" if done.dry else "locked") + (f" for Python {python}" if python else "")
    elif manifest.skill in made.locks.failures:
        yield "not locked"


def _lock_failure(made: Initiation, manifest: Manifest) -> Iterator[str]:
    if manifest.skill in made.locks.failures:
        first, *rest = made.locks.failures[manifest.skill].split("\n")
        yield "\n".join([f"lock: {first}", *(f"    {line}" for line in rest)])


def _ungoverned(made: Initiation) -> Iterator[str]:
    if count := sum(manifest.ungoverned for manifest in made.manifests):
        yield f"{_count(count, 'install')} by other managers (npm, brew, …): Proctor does not judge those"


def _files(made: Initiation, done: Done) -> Iterator[str]:
    verb = "would write" if done.dry else "wrote"
    skills = {manifest.path for manifest in made.manifests} | set(made.locks.texts)
    for path in made.files:
        if path in done.refused:
            yield f"not written: {visible(path)}: {done.refused[path]}; it would hold"
            yield from _indented(made.files[path])
        elif path not in skills:
            yield f"{verb} {visible(path)}"


def _kept(made: Initiation) -> Iterator[str]:
    for kept in made.kept:
        yield f"left alone: {visible(kept.path)}" + (f": {kept.why}; add" if kept.snippet else "")
        yield from _indented(kept.snippet)


def _indented(text: str) -> Iterator[str]:
    yield from (f"    {visible(line)}" for line in text.splitlines())


def _summary(made: Initiation, done: Done) -> Iterator[str]:
    verb = "would be written" if done.dry else "written"
    count = sum(bool(manifest.text) for manifest in made.manifests)
    open_ = sum(len(manifest.open) for manifest in made.manifests)
    locked = (
        f"{_count(len(made.locks.texts), 'lock')}, {len(made.locks.failures)} could not be made"
        if made.locks.asked
        else "no locks asked for"
    )
    yield (
        f"{_count(len(made.manifests), 'skill')}: {count} skill.yaml {verb}, {locked}, "
        f"{_count(open_, 'place')} to look at"
    )


def _next_steps(made: Initiation) -> Iterator[str]:
    yield "Next:"
    hook = " && pre-commit install" if PRE_COMMIT in made.files else ""
    steps = {
        "see where the skills stand": "proctor check --worktree --no-sandbox",
        "decide on the packages": _decision(made),
        "put a release's commit for the zeros": f"$EDITOR {WORKFLOW}" if WORKFLOW in made.files else "",
        "commit it for review": f'git add --all && git commit -m "Skills under policy"{hook}',
    }
    wanted = [(what, command) for what, command in steps.items() if command]
    for number, (what, command) in enumerate(wanted, start=1):
        yield f"  {number}. {f'{what}:':<38}{command}"


def _decision(made: Initiation) -> str:
    if not made.undecided:
        return f"$EDITOR {PACKAGES}"
    return f'proctor approve {made.undecided[0]} --versions "" --level intern --reason "…"'


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
