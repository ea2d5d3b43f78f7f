"""Names of files on the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import click


class FilePath(click.Path):
    """A file. Nothing is no name, as of a variable that is not set; and `-` is no file anywhere else."""

    def __init__(self) -> None:
        """A folder is refused where one is there."""
        super().__init__(path_type=Path, dir_okay=False)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """Text to a path; a wrong text is a usage error."""
        if value == "":
            self.fail("nothing is not the name of a file", param, ctx)
        if value == "-":
            self.fail("- is not the name of a file (./- is)", param, ctx)
        return cast("Path", super().convert(value, param, ctx))  # older releases of click tell less


class ReportPath(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on; older ones will do
    """A file to write, or `-` for standard output: None, as where nothing is said."""

    name = "file"

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | None:
        """Text to a path; a wrong text is a usage error."""
        return None if value == "-" else FilePath().convert(value, param, ctx)


FILE, REPORT = FilePath(), ReportPath()
