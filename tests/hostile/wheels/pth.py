"""A `.pth` file, which runs at every start of Python."""

# group: packages
# outcome: noted
# says: [evil.pth, runs at every start of Python]

from tests.support.wheels import Built, build_wheel


def make() -> Built:
    return build_wheel("evil", files={"evil.pth": b"import evil\n"})
