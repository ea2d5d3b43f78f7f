"""The command line: options, wiring and exit codes; no logic.

Each command lives in a module of its own, imported only when it is asked for: `proctor --version` must not
pay for pydantic or Docker.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import sys
import time
from typing import Any

import click

from checker import __version__
from checker.cli.interruption import EXIT_INTERRUPTED, EXIT_TERMINATED, Terminated, interruptible
from checker.errors import ProctorError, Unanswered

EXIT_USAGE = 2
EXIT_INCONCLUSIVE = 3

#: Command → (module, one line of help). The module holds a click command named `command`.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("checker.cli.init", "Put an existing repository of skills under policy."),
    "check": ("checker.cli.check", "Examine skills and print one verdict."),
    "lock": ("checker.cli.lock", "Resolve what skills declare into pylock.toml files."),
    "rescan": ("checker.cli.rescan", "Examine every lock afresh and say what changed since, and why."),
    "explain": ("checker.cli.explain", "Say why a package is allowed or denied."),
    "tree": ("checker.cli.tree", "Show a skill's dependency tree with decisions and advisories."),
    "policy": ("checker.cli.policy", "Check the policy itself: lint it, run its tests."),
    "approve": ("checker.cli.approve", "Approve a package in the registry."),
    "ban": ("checker.cli.ban", "Ban a package, or some of its versions."),
    "reject": ("checker.cli.reject", "Take a pending package out of the registry."),
    "revoke": ("checker.cli.revoke", "Take back an approval."),
    "waive": ("checker.cli.waive", "Accept a finding for a time."),
    "audit": ("checker.cli.audit", "Show who decided what, and when, from git."),
    "migrate": ("checker.cli.migrate", "Bring policy files to the version Proctor reads."),
    "schema": ("checker.cli.schema", "Print the JSON Schema of a file."),
    "sbom": ("checker.cli.sbom", "Write a skill's CycloneDX bill of materials."),
    "advisories": ("checker.cli.advisories", "Pull, show and verify a snapshot of advisories."),
    "sandbox": ("checker.cli.sandbox", "Build, run, list and clean sandbox images."),
    "ci": ("checker.cli.ci", "Examine what a GitHub event brings, and report it there."),
    "plan": ("checker.cli.plan", "Divide a run into parts, for the jobs of a matrix."),
    "merge": ("checker.cli.merge", "Join the verdicts on parts into one, and report it."),
    "publish": ("checker.cli.publish", "Comment a fork's verdict, from a trusted job."),
    "hook": ("checker.cli.hook", "Examine what is staged, for pre-commit."),
}


class LazyGroup(click.Group):
    """A click group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, so that `--help` imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="proctor")
def cli() -> None:
    """Proctor: the exam that an AI-agent skill sits before it merges.

    Exit codes: 0 pass, 1 fail, 2 usage or policy error, 3 inconclusive (something could not be checked).
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit. The one place where errors turn into exit codes."""
    # Looking for plugins reads the metadata of every distribution installed, and none of theirs is wanted.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):
        # A report must never die on a terminal that cannot show one of its characters.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    # Nearly everything a run makes lives to its end: looking for garbage now and then is enough.
    gc.set_threshold(200_000, 20, 100)
    # What is left goes with the process; looking through it for garbage once more takes a tenth of a second.
    atexit.register(gc.freeze)
    with interruptible(last=arguments is None):
        code = _exit_code(arguments)
    sys.exit(code)


def _exit_code(arguments: list[str] | None) -> int:
    try:
        # `obj` is when the run began, for --profile.
        began = (time.perf_counter(), time.process_time())
        result: Any = cli.main(args=arguments, prog_name="proctor", standalone_mode=False, obj=began)
    except click.exceptions.Abort as abort:
        if isinstance(abort.__cause__, Terminated):
            return _say("terminated", EXIT_TERMINATED)
        return _say("interrupted", EXIT_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except Unanswered as error:
        return _say(str(error), EXIT_INCONCLUSIVE)
    except ProctorError as error:
        return _say(str(error), EXIT_USAGE)
    except BrokenPipeError:
        return EXIT_INCONCLUSIVE  # whoever read the report left before its end
    except OSError as error:  # a full disk, say: no defect of ours, and no verdict
        return _say(f"this machine could not finish the run: {error}", EXIT_INCONCLUSIVE)
    except Exception as error:  # a defect of ours is "could not check", never a pass
        if os.environ.get("PROCTOR_DEBUG"):
            raise
        hint = "this is a defect of Proctor; PROCTOR_DEBUG=1 shows where"
        return _say(f"internal error: {type(error).__name__}: {error} ({hint})", EXIT_INCONCLUSIVE)
    return result if isinstance(result, int) else 0


def _say(text: str, code: int) -> int:
    from checker.escape import visible

    click.echo(f"proctor: {visible(text, newlines=True)}", err=True)
    return code
