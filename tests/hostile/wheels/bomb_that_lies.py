"""Claims a few bytes, and holds thirty megabytes."""

# group: packages
# outcome: refused
# says: [cannot be installed]

from pathlib import Path

from tests.support.sandbox import declare_size
from tests.support.wheels import build_wheel


def make(folder: Path) -> Path:
    built = build_wheel("evil", files={"evil.bin": bytes(30 << 20)})
    path = folder / built.filename
    path.write_bytes(built.data)
    declare_size(path, "evil.bin", 10)
    return path
