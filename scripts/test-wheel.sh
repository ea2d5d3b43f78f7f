#!/usr/bin/env bash
# Run COMMAND (default: `make test-fast`) in a copy of this checkout in which `checker/` is what WHEEL holds, so that the
# tests see the bytes that are published, and nothing that was left out of them.
#
#   scripts/test-wheel.sh WHEEL [COMMAND...]
set -euo pipefail

wheel=$(realpath "${1:?a wheel}")
shift
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

git clone --quiet . "$copy/proctor"
cd "$copy/proctor"
rm -rf checker policies/*.yaml
"${PYTHON:-python3}" -m zipfile -e "$wheel" "$copy/wheel"
mv "$copy/wheel/checker" checker
cp checker/presets/*.yaml policies/
[ $# -gt 0 ] || set -- make test-fast
"$@"
