#!/usr/bin/env bash
# Lock Proctor's own dependencies, from pyproject.toml, with hashes and for every platform and Python >= 3.11.
#
#   requirements/run.txt        what `proctor` needs at run time
#   requirements/dev.txt        the same and the `dev` group
#   requirements/safety.txt     the same as run.txt and the Safety CLI, for the action when it is given a key
#   requirements/build.txt      the build backend: Proctor is built without fetching anything
#   requirements/bootstrap.txt  uv alone, at the same version: pip installs it, uv installs the rest
#
# `scripts/lock-requirements.sh --upgrade` takes the newest versions; without it only what must change changes.
# Index addresses are never written: each machine asks the index it is set up for.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=${UV:-.venv/bin/uv}
[ -x "$uv" ] || uv=uv
options=(--quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
         --no-annotate --no-config "$@")

"$uv" pip compile "${options[@]}" --group dev -o requirements/dev.txt pyproject.toml
# Run time takes the very versions that the tests ran with.
"$uv" pip compile "${options[@]}" -c requirements/dev.txt -o requirements/run.txt pyproject.toml
"$uv" pip compile "${options[@]}" -c requirements/dev.txt --extra safety -o requirements/safety.txt pyproject.toml
printf 'hatchling\n' | "$uv" pip compile "${options[@]}" -c requirements/dev.txt -o requirements/build.txt -
printf 'uv\n' | "$uv" pip compile "${options[@]}" -c requirements/dev.txt -o requirements/bootstrap.txt -
