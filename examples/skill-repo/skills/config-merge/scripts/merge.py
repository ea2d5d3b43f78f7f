"""Merge YAML files: mappings key by key, later files win, null removes a key."""

import argparse
import functools
import sys
from pathlib import Path

import yaml


def merge(base, override):
    """Merge two parsed documents."""
    if not (isinstance(base, dict) and isinstance(override, dict)):
        return override
    merged = {key: value for key, value in base.items() if override.get(key, value) is not None}
    for key, value in override.items():
        if value is not None:
            merged[key] = merge(base.get(key), value)
    return merged


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="base first, then the overrides")
    arguments = parser.parse_args()
    documents = (yaml.safe_load(path.read_text(encoding="utf-8")) or {} for path in arguments.files)
    yaml.safe_dump(functools.reduce(merge, documents), sys.stdout, sort_keys=False)


if __name__ == "__main__":
    main()
