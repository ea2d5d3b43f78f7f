#!/usr/bin/env bash
# Chromium, for the tests that look at reports and for `make screenshots`: finds it, else installs it as root on
# Debian or Ubuntu. Exit codes: 0 there is one, 1 something failed on the way, 3 this machine has none and may
# not get one.
set -euo pipefail

for name in ${CHROMIUM:-chromium chromium-browser google-chrome}; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done

cannot() {
  echo "There is no Chromium, and $1." >&2
  exit 3
}
[ -z "${CHROMIUM:-}" ] || cannot "CHROMIUM names one that cannot be found ($CHROMIUM)"
[ "$(id -u)" = 0 ] || cannot "only root can install one"
command -v apt-get >/dev/null 2>&1 || cannot "this script knows how to install one on Debian and Ubuntu only"

echo "set-up: installing with apt-get: chromium fonts-dejavu-core" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null
# On Ubuntu the package only points to a snap: what counts is whether there is a program afterwards.
apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core >/dev/null
command -v chromium >/dev/null || cannot "the system's package brings none"
