"""The packages layer: wheels laid out as a virtual environment at `/opt/skill_env`. None of their code runs.

Also holds Proctor's own runners (`/opt/proctor`), which the phases start. Bytecode is made ahead, because the
root file system is read-only later and every import would compile again.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import installer
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

from checker.engines.sandbox.images.bytecode import compile_tree
from checker.engines.sandbox.images.layers import Member, tree_members
from checker.engines.sandbox.images.wheel_contents import UNREADABLE, Contents
from checker.errors import InputError
from checker.escape import visible
from checker.tools import RUNNERS

ENVIRONMENT = PurePosixPath("/opt/skill_env")
INSIDE = Path(__file__).parents[1] / "inside"
#: The module of the audit hook in the environment. No wheel may bring one of that name.
AUDIT = "_proctor_audit"


@dataclass(frozen=True)
class Interpreter:
    """A Python of the image: where it is there, and (for bytecode) which one of the host fits, if any."""

    version: str
    path: str
    on_host: Path | None


def environment_members(interpreter: Interpreter) -> Iterator[Member]:
    """What the packages layer holds besides the wheels: the environment's interpreter, and our runners."""
    prefix = str(ENVIRONMENT.relative_to("/"))
    home = str(PurePosixPath(interpreter.path).parent)
    config = f"home = {home}\ninclude-system-site-packages = false\nversion = {interpreter.version}\n"
    yield Member(f"{prefix}/pyvenv.cfg", data=config.encode())
    yield Member(f"{prefix}/bin/python", 0o777, link=interpreter.path)
    for alias in ("python3", f"python{interpreter.version}"):
        yield Member(f"{prefix}/bin/{alias}", 0o777, link="python")
    yield from runner_members()


def audit_members(staging: Path, interpreter: Interpreter) -> Iterator[Member]:
    """The audit hook, which tells file and line of what a skill does, laid out below `staging` (empty).

    By a `.pth` file, because phases start Python with -I. Raises Unanswered when compiling fails.
    """
    root = staging / ENVIRONMENT.relative_to("/")
    site = root / "lib" / f"python{interpreter.version}" / "site-packages"
    site.mkdir(parents=True)
    (site / f"{AUDIT}.pth").write_text(f"import {AUDIT}\n", encoding="utf-8")
    (site / f"{AUDIT}.py").write_bytes((INSIDE / "audit.py").read_bytes())
    if interpreter.on_host:
        compile_tree(interpreter.on_host, staging, site)
    yield from tree_members(root, str(ENVIRONMENT.relative_to("/")))


def wheel_members(staging: Path, contents: Contents, interpreter: Interpreter) -> Iterator[Member]:
    """Install one wheel below `staging` (an empty folder) and yield its members of the layer.

    Raises InputError for a wheel that cannot be installed, Unanswered when compiling fails.
    """
    root = staging / ENVIRONMENT.relative_to("/")
    root.mkdir(parents=True)
    _install(contents, staging, interpreter.version)
    _refuse_interpreter_names(root)
    site = root / "lib" / f"python{interpreter.version}" / "site-packages"
    if interpreter.on_host and site.is_dir():
        compile_tree(interpreter.on_host, staging, site)
    yield from tree_members(root, str(ENVIRONMENT.relative_to("/")))


def runner_members() -> Iterator[Member]:
    """Proctor's own programs, which phases start with `python -I`."""
    for path in sorted(INSIDE.glob("*.py")):
        yield Member(f"{str(RUNNERS).lstrip('/')}/{path.name}", data=path.read_bytes())


def _install(contents: Contents, staging: Path, python: str) -> None:
    destination = SchemeDictionaryDestination(
        _schemes(python, contents.name),
        interpreter=str(ENVIRONMENT / "bin/python"),
        script_kind="posix",
        destdir=str(staging),
        overwrite_existing=True,  # only files with the same bytes are shared: `unpack` saw to it
    )
    try:
        with WheelFile.open(contents.wheel) as source, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it leaves `__pycache__` out, and says so
            installer.install(source, destination, {"INSTALLER": b"proctor"})
    except UNREADABLE as error:
        shown = visible(str(error)).replace(str(staging), "")
        raise InputError(
            f"{contents.wheel.name} cannot be installed: {shown}", contents.wheel.name
        ) from error
    for script in (staging / ENVIRONMENT.relative_to("/") / "bin").glob("*"):
        script.chmod(0o755)  # whatever the archive says of it: that is what the folder is for


def _schemes(python: str, name: str) -> dict[str, str]:
    site = str(ENVIRONMENT / f"lib/python{python}/site-packages")
    return {
        "purelib": site,
        "platlib": site,
        "scripts": str(ENVIRONMENT / "bin"),
        "data": str(ENVIRONMENT),
        "headers": str(ENVIRONMENT / f"include/site/python{python}/{name}"),
    }


def _refuse_interpreter_names(root: Path) -> None:
    """No wheel may stand in for the interpreter that runs everything."""
    taken = list((root / "bin").glob("python*")) if (root / "bin").is_dir() else []
    # An interpreter looks for `pyvenv.cfg` beside itself first, and takes its standard library from there.
    taken += [p for p in (root / "pyvenv.cfg", root / "bin/pyvenv.cfg", root / "lib64") if p.exists()]
    taken += list(root.glob(f"lib/python*/site-packages/{AUDIT}*"))
    if taken:
        name = visible(taken[0].name)
        raise InputError(f"a wheel installs `{name}` in the place of the environment's own", name)
