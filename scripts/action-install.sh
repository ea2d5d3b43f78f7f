#!/usr/bin/env bash
# What action.yml runs first: Proctor in an environment of its own on the runner, every file checked by hash.
#
# uv of the runner, else uv by its hash through pip, else pip alone. What a skill repository holds has no say: the
# work folder is the action's, no configuration file is read, and nothing is fetched to build Proctor. The program
# lands in the runner's tool cache, so that a runner that lives longer than one job finds it there.
#
# Reads RUNNER_TEMP, RUNNER_TOOL_CACHE and SAFETY_API_KEY (set: the Safety CLI is installed, too). The folder that
# holds the command `proctor`, and nothing else, goes to GITHUB_PATH; the command itself is the output `program`.
set -euo pipefail
cd "$(dirname "$0")/.."
source_folder=$PWD

fail() {
  printf '::error title=Proctor::%s\n' "$*"
  exit 2  # a usage error: nothing was examined
}

find_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
    # A shim that names no Python is no reason to stop looking.
    "$candidate" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    "$candidate" -I -c 'import os, sys; print(os.path.realpath(sys._base_executable))'
    return
  done
  return 1
}

# Changes whenever anything that is installed would.
key() {
  "$python" -I - "$requirements" <<'END'
import hashlib, pathlib, sys
whole = hashlib.sha256(repr((sys.version, sys.executable, sys.argv[1])).encode())
for top in ("checker", "examples/workflows", "policies", "requirements", "LICENSE", "README.md", "pyproject.toml"):
    path = pathlib.Path(top)
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file() and "__pycache__" not in file.parts:
            whole.update(f"{file}\0{file.stat().st_size}\0".encode() + file.read_bytes())
print(whole.hexdigest()[:20])
END
}

# Sets $home, and $found where the program is there already.
find_home() {
  home=${RUNNER_TOOL_CACHE:-$RUNNER_TEMP}/proctor/$(key)
  found=no
  if [ -e "$home/.complete" ]; then
    found=yes
  elif ! mkdir -p "${home%/*}" 2>/dev/null || ! mkdir "$home" 2>/dev/null; then
    # Not ours to write, or another job is at it.
    home=$(mktemp -d "$RUNNER_TEMP/proctor-program.XXXXXX")
  fi
}

make_environment() {
  local folder=$home/venv
  if uv=$(command -v uv) && "$uv" venv --quiet --no-config --no-project --python "$python" "$folder"; then
    how="uv of this runner"
    return
  fi
  "$python" -I -m venv "$folder" || fail "$python cannot make an environment; use actions/setup-python first"
  how="uv by its hash" uv=$folder/bin/uv
  if ! pip --no-deps --require-hashes -r requirements/bootstrap.txt; then
    how="pip" uv=""
  fi
}

pip() { "$home/venv/bin/python" -I -m pip install --quiet --disable-pip-version-check "$@"; }

install() {
  if [ -n "$uv" ]; then
    "$uv" pip install --quiet --no-config --python "$home/venv/bin/python" --no-deps "$@"
  else
    pip --no-deps "${@/--no-cache/--no-cache-dir}"
  fi
}

install_everything() {
  make_environment
  install --require-hashes -r "$requirements" || fail "the locked requirements could not be installed ($how)"
  install --require-hashes -r requirements/build.txt || fail "the build backend could not be installed ($how)"
  # The backend is one of the above. uv would take a cached build for one of the same path.
  install --no-build-isolation --no-cache "$source_folder" || fail "Proctor could not be installed ($how)"
  mkdir "$home/bin"
  ln -s ../venv/bin/proctor "$home/bin/proctor"
}

export UV_PYTHON_DOWNLOADS=never
# uv reads none of pip's variables: a runner that has one for pip means uv, too.
index=${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-${PIP_INDEX_URL:-}}}
[ -z "$index" ] || export UV_DEFAULT_INDEX=$index
python=$(find_python) || fail "needs Python 3.11 or later on this runner; use actions/setup-python before this step"
requirements=requirements/run.txt
[ -z "${SAFETY_API_KEY:-}" ] || requirements=requirements/safety.txt

find_home
if [ "$found" = no ]; then
  trap 'rm -rf "$home"' EXIT
  install_everything
  version=$("$home/bin/proctor" --version) || fail "Proctor was installed and does not start"
  : > "$home/.complete"
  trap - EXIT
  echo "$version installed with $how, $("$python" --version)"
else
  echo "$("$home/bin/proctor" --version) found on this runner"
fi
echo "$home/bin" >> "$GITHUB_PATH"
echo "program=$home/bin/proctor" >> "$GITHUB_OUTPUT"
