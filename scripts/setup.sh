#!/usr/bin/env bash
# Make .venv with everything the tests and the demo need. Needs a Python >= 3.11; as root on Debian or Ubuntu it
# installs what is missing (python3, its venv module, git), otherwise it says what to install.
#
# pip (with the settings of this machine) installs uv, uv installs the rest; both check every file's hash.
# Nothing is done when nothing changed. PYTHON=... picks an interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
stamp=$venv/.setup
state="$PWD $(cat pyproject.toml requirements/*.txt | cksum)"

if [ -x "$venv/bin/proctor" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$state" ] && command -v git >/dev/null; then
  exit 0
fi

say() { printf 'set-up: %s\n' "$*"; }

apt_install() {
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    say "please install: $*" >&2
    say "(as root on Debian or Ubuntu this script does it by itself)" >&2
    exit 1
  fi
  say "installing with apt-get: $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null
  apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

command -v git >/dev/null || apt_install git
if ! python=$(find_python); then
  [ -z "${PYTHON:-}" ] || { say "PYTHON=$PYTHON is not a Python 3.11 or later" >&2; exit 1; }
  apt_install python3 python3-venv
  python=$(find_python) || { say "needs Python 3.11 or later; this system offers an older one" >&2; exit 1; }
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
  apt_install "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
fi

say "creating $venv with $("$python" --version) and installing the locked requirements"
"$python" -m venv --clear "$venv"
"$venv/bin/pip" install --quiet --no-deps --require-hashes -r requirements/bootstrap.txt

# uv reads no pip settings: hand it the one that says where packages come from.
index=${PIP_INDEX_URL:-$("$venv/bin/pip" config get global.index-url 2>/dev/null || true)}
if [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
  export UV_DEFAULT_INDEX=$index
fi
uv() { "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" "$@"; }
if ! uv --no-deps --require-hashes -r requirements/dev.txt; then
  say "uv could not install the requirements; trying pip"
  "$venv/bin/pip" install --quiet --no-deps --require-hashes -r requirements/dev.txt
fi
# The build backend is one of the requirements above, so nothing is fetched here.
uv --offline --no-deps --no-build-isolation --editable .
printf '%s' "$state" > "$stamp"
say "done"
