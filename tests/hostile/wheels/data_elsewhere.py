"""Files of a scheme that does not exist."""

# group: packages
# outcome: refused
# says: [no scheme]

from tests.support.wheels import Built, build_wheel


def make() -> Built:
    return build_wheel("evil", files={"evil-1.0.data/etc/passwd": b""})
