"""Build a wheel from the source tree in the working directory, as PEP 517 says. Runs inside the box.

Order: {"backend": "module:object", "backend_path": [folder, …], "timeout": seconds}. The report also has the
wheel's name and its bytes (base64): nothing else leaves the box.
"""

from __future__ import annotations

import base64
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.engines.sandbox.inside import children
else:  # in the box there is no package, only this folder
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import children

_HOOK = """
import functools, importlib, os, sys
backend, out, *search = sys.argv[1:]
sys.path[:0] = [os.path.abspath(folder) for folder in search]
module, _, inside = backend.partition(":")
functools.reduce(getattr, filter(None, inside.split(".")), importlib.import_module(module)).build_wheel(out)
"""


def main() -> None:
    """Build in a copy, as the tree itself cannot be written to, and report."""
    children.shield()
    order = children.order()
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "source"), Path(folder, "out")
        shutil.copytree(".", source)
        out.mkdir()
        # -P: the working directory is on the path only when the project says so.
        starter = f"import os; os.chdir({str(source)!r})\n{_HOOK}"
        argv = [sys.executable, "-P", "-s", "-c", starter, order["backend"], str(out), *order["backend_path"]]
        code = children.child(argv, order["timeout"])
        wheels = sorted(out.glob("*.whl"))
        if code != 0 or len(wheels) != 1:
            said = f"{children.ending(code, order['timeout'])}, {len(wheels)} wheels"
            children.report("", [f"the build backend ended with {said}"])
        data = base64.b64encode(wheels[0].read_bytes()).decode()
        json.dump({"wheel": wheels[0].name, "data": data}, sys.stdout)


if __name__ == "__main__":
    main()
