"""The Docker sandbox: images made layer by layer, a hardened container, and evidence the kernel gives.

`DockerSandbox` is what the rest of the program uses; `listed`, `clean` and `tidy` are for housekeeping.
`docs/sandbox.md` says what the box protects from, and what not.
"""

from checker.engines.sandbox.docker_sandbox import DockerSandbox
from checker.engines.sandbox.engine import Engine
from checker.engines.sandbox.housekeeping import Kept, clean, indexed, listed
from checker.engines.sandbox.images.laying_out import Wheels
from checker.engines.sandbox.keeping import Freed, Keep, tidy
from checker.engines.sandbox.state import State

__all__ = [
    "DockerSandbox",
    "Engine",
    "Freed",
    "Keep",
    "Kept",
    "State",
    "Wheels",
    "clean",
    "indexed",
    "listed",
    "tidy",
]
