"""A `sitecustomize`, which runs at every start of Python."""

# group: packages
# outcome: noted
# says: [sitecustomize.py, runs at every start of Python]

from tests.support.wheels import Built, build_wheel


def make() -> Built:
    return build_wheel("evil", files={"sitecustomize.py": b"import evil\n"})
