"""Start pytest, and tell the runner how each test ends. Runs inside the box, in the tests' own process.

Arguments: the pipe to tell (see `outcomes.py`), `own` or `layer`, then what pytest gets. Where the skill does
not bring its `own`, pytest's layer comes last on the path: where the skill's packages hold one of pytest's
dependencies, the tests see the skill's version, as its users will.
"""

import json
import os
import sys
from typing import Any

_LAYER = "/opt/proctor_pytest"
#: As in `run_tests.py`. Not imported from there: in this process modules of that name are the tests'.
_NO_PYTEST = "pytest could not be imported"


class Teller:
    """A plugin of pytest: says what pytest's own report is made of, the moment it happens."""

    def __init__(self, pipe: int) -> None:
        os.set_inheritable(pipe, False)
        self._pipe = pipe

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Every test says at least `setup` and `teardown`; only a `call` makes it one that passed."""
        if report.when == "call" or report.outcome != "passed":
            self._say(report)

    def pytest_collectreport(self, report: Any) -> None:
        """A file that cannot be collected, or is skipped as a whole, stands in the report, too."""
        if report.outcome != "passed":
            self._say(report)

    def _say(self, report: Any) -> None:
        os.write(self._pipe, json.dumps([report.nodeid, report.outcome]).encode() + b"\n")


def main() -> None:
    """`python -m pytest`, with the working directory first on the path and the layer, if needed, last."""
    pipe, whose, *arguments = sys.argv[1:]
    sys.argv[1:] = arguments
    sys.path[0] = ""
    if whose == "layer":
        sys.path.append(_LAYER)
    try:
        import pytest
    except ImportError as error:
        os.write(int(pipe), json.dumps([_NO_PYTEST, "failed"]).encode() + b"\n")
        sys.exit(f"{_NO_PYTEST}: {error}")
    sys.exit(pytest.main(arguments, plugins=[Teller(int(pipe))]))


if __name__ == "__main__":
    main()
