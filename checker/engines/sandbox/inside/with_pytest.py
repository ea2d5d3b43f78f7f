"""Start pytest from its own layer. Runs inside the box.

The layer comes last on the path: where the skill's packages hold one of pytest's dependencies, the tests see
the skill's version, as its users will.
"""

import sys

_LAYER = "/opt/proctor_pytest"


def main() -> None:
    """`python -m pytest`, with the working directory first on the path and the layer last."""
    sys.path[0] = ""
    sys.path.append(_LAYER)
    try:
        import pytest
    except ImportError as error:
        print(f"pytest could not be imported: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(97)
    sys.exit(pytest.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
