"""Phase `import`: each module in a child of its own, so that one failure hides no other. Runs inside the box.

Order: {"modules": [dotted name, …], "timeout": seconds for each}.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.engines.sandbox.inside import children
else:  # in the box there is no package, only this folder
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import children


def main() -> None:
    """Import everything asked for, in order, and report what could not be."""
    children.shield()
    order = children.order()
    failures = []
    for module in order["modules"]:
        program = f"import importlib; importlib.import_module({module!r})"
        # -I leaves out the skill's own folder: a file of its must not stand in for a declared package.
        code, said = children.told([sys.executable, "-I", "-c", program], order["timeout"])
        if code != 0:
            failures.append(f"{module}: {children.ending(code, order['timeout'], said)}")
    imported = len(order["modules"]) - len(failures)
    children.report(f"{imported} of {len(order['modules'])} modules imported", failures)


if __name__ == "__main__":
    main()
