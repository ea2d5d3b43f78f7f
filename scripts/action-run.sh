#!/usr/bin/env bash
# What action.yml runs second: `proctor ci` with the action's inputs, which come as variables and never as text of
# a script. `proctor ci` itself writes the other outputs, summary, annotations and comment; this only
# builds its call.
set -euo pipefail

# The pages on each rule, at the very commit that runs. A local action (`uses: ./`) has no repository to name.
if [ -z "${PROCTOR_DOCS:-}" ] && [ -n "$ACTION_REPOSITORY" ] && [ -n "$ACTION_REF" ]; then
  export PROCTOR_DOCS="$GITHUB_SERVER_URL/$ACTION_REPOSITORY/blob/$ACTION_REF/docs"
fi
if [ "$INPUT_ONLY_INSTALL" = true ]; then
  # The reports of later steps, of `proctor merge` say, link to the same pages.
  [ -z "${PROCTOR_DOCS:-}" ] || echo "PROCTOR_DOCS=$PROCTOR_DOCS" >> "$GITHUB_ENV"
  echo "only-install: nothing is examined here"
  exit 0
fi
reports=$(mktemp -d "$RUNNER_TEMP/proctor.XXXXXX")
verdict=verdict${INPUT_SHARD:+-${INPUT_SHARD//\//-of-}}.json # the parts of a run come together in one folder
call=(ci --policy-from "$INPUT_POLICY_FROM" --fail-on "$INPUT_FAIL_ON" --comment "$INPUT_COMMENT"
      --sandbox "$INPUT_SANDBOX" --verdict-file "$reports/$verdict" --sarif-file "$reports/proctor.sarif"
      --html-file "$reports/proctor.html")
[ -z "$INPUT_BASE" ] || call+=(--base "$INPUT_BASE")
[ -z "$INPUT_SHARD" ] || call+=(--shard "$INPUT_SHARD")
[ -z "$INPUT_ADVISORIES" ] || call+=(--advisories "$INPUT_ADVISORIES")
echo "html-file=$reports/proctor.html" >> "$GITHUB_OUTPUT"
exec "$PROCTOR" "${call[@]}" -- "$INPUT_PATH"
