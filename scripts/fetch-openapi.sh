#!/usr/bin/env bash
# Fetch GitHub's own OpenAPI description of its REST API into .cache/, for the tests of checker/github/.
# npm (with the settings of this machine) checks what it downloads. Nothing is done when it is there already.
#
# Without npm or network the tests skip what needs it, and say so; PROCTOR_REQUIRE_NETWORK=1 makes that an error.
set -euo pipefail
cd "$(dirname "$0")/.."

package=@octokit/openapi@23.0.2
folder=.cache/github-openapi
stamp=$folder/.fetched

if [ "$(cat "$stamp" 2>/dev/null)" = "$package" ]; then
  exit 0
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fetched() {
  command -v npm >/dev/null || { echo "npm is not installed" >&2; return 1; }
  npm pack --silent --pack-destination "$scratch" "$package" >/dev/null
}

if ! fetched; then
  echo "GitHub's description of its API cannot be fetched: tests do without it, and say so." >&2
  [ "${PROCTOR_REQUIRE_NETWORK:-}" != 1 ]
  exit
fi
mkdir -p "$folder"
tar -xzf "$scratch"/*.tgz -C "$scratch" package/generated/api.github.com.json
mv "$scratch/package/generated/api.github.com.json" "$folder/"
echo "$package" >"$stamp"
