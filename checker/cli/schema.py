"""`proctor schema`: print the JSON Schema of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from checker.errors import UsageError


@click.command("schema")
@click.argument("name", required=False)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write every schema into this folder.",
)
def command(name: str | None, output: Path | None) -> None:
    """Print the JSON Schema (2020-12) of the file NAME, for editors. Without NAME, list the names."""
    from checker.load.json_schema import FILES

    names = [*FILES, "verdict"]
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        for each in names:
            (output / f"{each}-1.schema.json").write_text(text(each), encoding="utf-8")
    elif name is None:
        click.echo("\n".join(names))
    elif name in names:
        click.echo(text(name), nl=False)
    else:
        raise UsageError(f"no schema is named {name!r} (there are {', '.join(names)})")


def text(name: str) -> str:
    """The schema as the published file holds it."""
    from checker.load.json_schema import file_schema
    from checker.reporters.schema import verdict_schema

    schema: dict[str, Any] = verdict_schema() if name == "verdict" else file_schema(name)
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
