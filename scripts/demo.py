"""Show Proctor on the example repository: `make demo`.

Makes a git repository of `examples/skill-repo` whose main branch holds the policy and two skills, adds a
contributor's commit with all the others, and examines that commit. Good skills and bad ones are in it, so the
right verdict is "fail"; the demo succeeds when every skill ends as it should.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from checker.model.verdict import Verdict
from checker.reporters import REPORTERS
from checker.reporters.page import Page
from scripts import demo_report

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "skill-repo"
ADVISORIES = ROOT / "examples" / "advisories"
README = ROOT / "README.md"

#: Skills that are on the main branch before the contributor comes.
MERGED = ("config-merge", "table-report")
#: What the contributor changes in a merged skill without locking it again: file, old text, new text.
EDIT = ("skills/table-report/skill.yaml", "tabulate==0.9.0", "tabulate>=0.10")
#: The moment the example is judged at, so that approvals and waivers never run out.
NOW = "2026-11-20T12:00:00Z"

GIT_ENV = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_DATE": NOW,
    "GIT_COMMITTER_DATE": NOW,
}
PEOPLE = {"maintainer": "Mary Maintainer", "contributor": "Conrad Contributor"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo. 0 when every skill ends as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, default=ROOT / ".cache" / "demo", help="replaced by the demo")
    parser.add_argument("--plain", action="store_true", help="print what the README shows, and nothing else")
    parser.add_argument("--update-readme", action="store_true", help="put that into README.md")
    options = parser.parse_args(arguments)
    build(options.scratch)
    verdict = check(options.scratch)
    if options.plain or options.update_readme:
        _publish(verdict, update=options.update_readme)
    else:
        print(REPORTERS["terminal"](verdict, _page()))
    return _judge(verdict, options.scratch)


def build(scratch: Path) -> None:
    """Make the repository: the maintainer's main branch, then the contributor's commit on a branch."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    git(scratch, "init", "--quiet", "--initial-branch=main")
    copy(scratch, ["README.md", "policies", *(f"skills/{name}" for name in MERGED)])
    _use_this_python(scratch)
    lock(scratch)
    commit(scratch, "maintainer", "Policy and the first skills")
    git(scratch, "switch", "--quiet", "--create", "more-skills")
    copy(scratch, [f"skills/{name}" for name in contributed()])
    lock(scratch)
    edit(scratch, *EDIT)
    commit(scratch, "contributor", "Add skills, take a newer tabulate")


def contributed() -> list[str]:
    """Names of the skills that the contributor adds."""
    return sorted(path.name for path in (EXAMPLE / "skills").iterdir() if path.name not in MERGED)


def copy(scratch: Path, names: Sequence[str]) -> None:
    """Copy files and folders of the example, without what running them may have left behind."""
    litter = shutil.ignore_patterns("__pycache__", ".pytest_cache")
    for name in names:
        source, target = EXAMPLE / name, scratch / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=litter)
        else:
            shutil.copy2(source, target)


def edit(scratch: Path, name: str, old: str, new: str) -> None:
    """Replace text in a file; it must be there."""
    path = scratch / name
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise SystemExit(f"demo: {name} does not say {old!r}")
    path.write_text(text.replace(old, new), encoding="utf-8")


def commit(scratch: Path, who: str, message: str) -> None:
    """Commit everything as one of the two people of the story."""
    person = {f"GIT_{role}_NAME": PEOPLE[who] for role in ("AUTHOR", "COMMITTER")}
    address = {f"GIT_{role}_EMAIL": f"{who}@example.com" for role in ("AUTHOR", "COMMITTER")}
    git(scratch, "add", "--all")
    git(scratch, "commit", "--quiet", "--message", message, env=person | address)


def git(scratch: Path, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    """Run git without any configuration but the repository's own; its output, stripped."""
    command = ["git", "-C", str(scratch), *arguments]
    environment = {**os.environ, **GIT_ENV, **(env or {})}
    return subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def lock(scratch: Path) -> None:
    """Lock every skill that is not; a lock that cannot be made ends the demo."""
    if code := proctor(scratch, "lock"):
        raise SystemExit(f"demo: `proctor lock` ended with exit code {code}")


def check(scratch: Path) -> Verdict:
    """Examine the contributor's commit. Anything but a verdict ends the demo."""
    answer = scratch.parent / f"{scratch.name}.json"
    answer.unlink(missing_ok=True)
    advisories = os.path.relpath(ADVISORIES, scratch)
    # --fresh: whoever asks for it a second time wants to see the boxes at work again, too.
    story = ("check", "--base", "main", "--fresh", "--advisories", advisories, "--now", NOW)
    code = proctor(scratch, *story, "--format", "json", "--output", str(answer.absolute()))
    if not answer.exists():
        raise SystemExit(f"demo: `proctor check` gave no verdict (exit code {code})")
    verdict = Verdict.model_validate_json(answer.read_bytes())
    if code != verdict.decision.exit_code:
        raise SystemExit(f"demo: exit code {code} does not fit the decision {verdict.decision}")
    return verdict


def proctor(scratch: Path, *arguments: str) -> int:
    """Run this environment's `proctor` in the scratch repository, as a person would; its exit code."""
    command = str(Path(sys.executable).parent / "proctor")
    print(f"$ proctor {' '.join(arguments)}", file=sys.stderr)
    return subprocess.run([command, *arguments], cwd=scratch, stdout=sys.stderr, check=False).returncode


def _publish(verdict: Verdict, *, update: bool) -> None:
    shown = demo_report.excerpt(verdict)
    if update:
        readme = demo_report.put_into(README.read_text(encoding="utf-8"), shown)
        README.write_text(readme, encoding="utf-8")
    else:
        sys.stdout.write(shown)


def _judge(verdict: Verdict, scratch: Path) -> int:
    surprises = demo_report.surprises(verdict)
    for line in surprises:
        print(f"demo: {line}", file=sys.stderr)
    if not surprises:
        print("demo: every skill ended as it should, so the commit must not merge.", file=sys.stderr)
        print(f"demo: look around in {os.path.relpath(scratch)}", file=sys.stderr)
    return 1 if surprises else 0


def _page() -> Page:
    color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Page(width=shutil.get_terminal_size((100, 24)).columns, color=color)


def _use_this_python(scratch: Path) -> None:
    """The sandbox copies a Python of this machine: let the policy name the one that runs the demo."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if version != "3.11":
        edit(scratch, "policies/maturity.yaml", 'default_python: "3.11"', f'default_python: "{version}"')


if __name__ == "__main__":
    sys.exit(main())
