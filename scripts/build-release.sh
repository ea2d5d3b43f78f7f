#!/usr/bin/env bash
# Build wheel and source distribution into FOLDER, once. With a TAG, refuse one that version and changelog contradict.
#
#   scripts/build-release.sh FOLDER [TAG]
#
# The build backend comes from its own lock, by hash, and times in the archives are those of the commit.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:?a folder for what is built}
python=${PYTHON:-python3}

if [ -n "${2:-}" ]; then
  "$python" -m scripts.changelog "$2" > /dev/null
fi
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"$python" -m venv "$venv"
"$venv/bin/pip" install --quiet --no-deps --require-hashes -r requirements/build.txt
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
"$venv/bin/python" -m hatchling build --directory "$folder"
