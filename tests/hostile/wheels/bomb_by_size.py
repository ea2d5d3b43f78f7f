"""Claims to unpack to two gigabytes."""

# group: packages
# outcome: refused
# says: [unpacks to]

from pathlib import Path

from tests.support.sandbox import declare_size
from tests.support.wheels import build_wheel


def make(folder: Path) -> Path:
    built = build_wheel("evil", files={"evil.bin": bytes(1_000)})
    path = folder / built.filename
    path.write_bytes(built.data)
    declare_size(path, "evil.bin", 2 << 30)
    return path
