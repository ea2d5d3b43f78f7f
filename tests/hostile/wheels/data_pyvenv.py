"""The environment's own description, replaced."""

# group: packages
# outcome: refused
# says: [in the place of the environment]

from tests.support.wheels import Built, build_wheel


def make() -> Built:
    return build_wheel("evil", files={"evil-1.0.data/data/pyvenv.cfg": b"#!python\n"})
