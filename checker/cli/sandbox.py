"""`proctor sandbox`: build, run, list and clean sandbox images."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli import EXIT_INCONCLUSIVE
from checker.cli.options import HERE, advisories_option, cache_option, offline_option, on_terms, path_option
from checker.cli.terms import Terms

if TYPE_CHECKING:
    from checker.commands.sandbox import Denied
    from checker.model.evidence import PhaseEvidence

_EXIT_OF = {"passed": 0, "failed": 1, "broken": EXIT_INCONCLUSIVE, "not_applicable": EXIT_INCONCLUSIVE}

#: How the skill is to be judged, for `build` and `run`.
_judging = on_terms(
    path_option,
    offline_option,
    advisories_option,
    click.option(
        "--no-advisories",
        is_flag=True,
        help="Build without asking whether a package is known to be malicious.",
    ),
    *HERE,
)


@click.group("sandbox")
def command() -> None:
    """Build skills' images, run their scripts without network, and be rid of what is left."""


@command.command("build")
@click.argument("skill")
@_judging
def build_command(skill: str, path: Path, no_advisories: bool, terms: Terms) -> int:
    """Build the image of SKILL as it is on disk.

    Not where the policy denies it, an advisory calls a locked package malicious, or that could not be asked.
    """
    from checker.cli.session import Session
    from checker.commands.sandbox import Denied

    with ExitStack() as stack:
        session = Session.open(stack, path, skill, terms, ask_advisories=not no_advisories)
        try:
            image = session.build()
        except Denied as denied:
            return _denied(denied)
    how = "reused" if image.cached else f"built in {image.build_seconds:.2f} s"
    click.echo(f"{image.key}  {image.image_id}  {how}, base {image.base}")
    return 0


@command.command("run", context_settings={"ignore_unknown_options": True})
@click.argument("skill")
@click.argument("script")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--input", "given", metavar="JSON", help="JSON given to the script on standard input (@FILE reads one)."
)
@_judging
def run_command(
    skill: str,
    script: str,
    arguments: tuple[str, ...],
    given: str | None,
    path: Path,
    no_advisories: bool,
    terms: Terms,
) -> int:
    """Run SCRIPT of SKILL in its image with ARGUMENTS, and print output and evidence as JSON.

    The exit code is 0 when the script ended with 0, 1 when it did not, 3 when it could not be run.
    """
    from checker.cli.session import Session
    from checker.commands.sandbox import Denied

    data = _json_input(given)
    with ExitStack() as stack:
        session = Session.open(stack, path, skill, terms, ask_advisories=not no_advisories)
        try:
            evidence = session.run(script, arguments, data)
        except Denied as denied:
            return _denied(denied)
    click.echo(_printed(evidence))
    return _EXIT_OF[evidence.status]


@command.command("list")
def list_command() -> None:
    """List Proctor's images and containers, found by their labels."""
    from checker.engines.sandbox import Engine, listed

    with closing(Engine()) as engine:
        for kept in listed(engine):
            click.echo(f"{kept.kind:9}  {kept.name}  {kept.skill}  {kept.bytes / 1e6:.1f} MB")


@command.command("clean")
@click.option("--older-than", metavar="AGE", help="Only what was not used for so long: 30d, 12h.")
@click.option("--max-size", metavar="SIZE", help="Only what is over this size, oldest first: 4GB.")
@cache_option
def clean_command(older_than: str | None, max_size: str | None, cache: Path | None) -> int:
    """Remove containers, images, layers, wheels, and evidence that checks reuse.

    Without options everything of Proctor's goes, images and containers of other cache folders too (they are
    found by their labels). With options only what this cache folder's own index names.
    """
    from checker.cli.cache_folder import cache_folder
    from checker.cli.cache_limits import asked
    from checker.engines.sandbox import Engine, State, clean, tidy

    folder = cache_folder(cache)
    everything = older_than is None and max_size is None
    with closing(Engine()) as engine:
        freed = tidy(engine, State(folder / "sandbox"), asked(folder, older_than, max_size))
        removed = clean(engine) if everything and freed is not None else ()
    if freed is None:
        click.echo(f"another Proctor uses {folder}: nothing was removed", err=True)
        return EXIT_INCONCLUSIVE
    for kind, name in [
        *(("container", name) for name in freed.containers),
        *(("image", name) for name in freed.images),
        *((kept.kind, kept.name) for kept in removed),
    ]:
        click.echo(f"removed {kind} {name}")
    count = len(freed.images) + len(freed.containers) + len(removed)
    files = f"{freed.layers} layers, {freed.wheels} wheels and {freed.records} records of evidence"
    click.echo(f"{count} removed; {files}, {freed.bytes / 1e6:.1f} MB")
    return 0


def _json_input(given: str | None) -> bytes:
    """The JSON text for the script, checked: a typing mistake is ours to report, not the script's."""
    if given is None:
        return b""
    try:
        text = Path(given[1:]).read_text(encoding="utf-8") if given.startswith("@") else given
        json.loads(text)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--input is not JSON: {error}") from error
    return text.encode("utf-8")


def _printed(evidence: PhaseEvidence) -> str:
    return json.dumps(evidence.model_dump(mode="json"), indent=2, ensure_ascii=False)


def _denied(denied: Denied) -> int:
    """The report that says why nothing was built; the exit code of its decision."""
    from checker.reporters import REPORTERS

    click.echo(REPORTERS["terminal"](denied.verdict), nl=False)
    if any(o.check == "vulnerabilities" and o.status == "broken" for o in denied.verdict.skills[0].outcomes):
        click.echo("proctor: not built; --no-advisories builds without asking", err=True)
    return denied.verdict.decision.exit_code
