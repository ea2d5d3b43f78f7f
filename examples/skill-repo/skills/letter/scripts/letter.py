"""Fill a text template from a JSON object; a missing name is an error."""

import argparse
import json
import sys
from pathlib import Path

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment


def fill(template, data):
    """Render `template` with `data`. Raises jinja2.UndefinedError when a name is missing."""
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(template).render(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("template", type=Path)
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    data = json.loads(arguments.data.read_text(encoding="utf-8"))
    sys.stdout.write(fill(arguments.template.read_text(encoding="utf-8"), data))


if __name__ == "__main__":
    main()
