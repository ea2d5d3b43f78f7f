#!/usr/bin/env bash
# A Docker engine for the sandbox: uses the one that runs, else installs and starts one on Debian or Ubuntu.
# Says first what it does and asks on a terminal; YES=1 answers. Without a terminal it does not ask.
# Exit codes: 0 an engine answers, 1 something failed on the way, 3 this machine has none and may not get one.
set -euo pipefail

LOG="${PROCTOR_ENGINE_LOG:-/var/log/proctor-dockerd.log}"
WAIT_SECONDS=60

answers() {
    if command -v docker >/dev/null 2>&1; then
        timeout 15 docker version --format '{{.Server.Version}}' 2>/dev/null
    elif command -v curl >/dev/null 2>&1 && [ -z "${DOCKER_HOST:-}" ]; then
        curl -sf --max-time 15 --unix-socket /var/run/docker.sock http://docker/version |
            sed -n 's/.*"Version":"\([^"]*\)".*/\1/p' | grep .
    else
        return 1
    fi
}

cannot() {
    echo "No Docker engine answers, and $1." >&2
    echo "Start one, or use \`proctor check --no-sandbox\`: skills are then not run, and the verdict says so." >&2
    exit 3
}

may_install() {
    [ -z "${DOCKER_HOST:-}" ] || cannot "DOCKER_HOST names one elsewhere ($DOCKER_HOST)"
    [ "$(id -u)" = 0 ] || cannot "only root can install and start one"
    command -v dockerd >/dev/null 2>&1 && return
    local family=""
    # shellcheck source=/dev/null
    [ -r /etc/os-release ] && family="$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")"
    case " $family " in
        *" debian "* | *" ubuntu "*) command -v apt-get >/dev/null 2>&1 || cannot "there is no apt-get" ;;
        *) cannot "this script knows how to install one on Debian and Ubuntu only" ;;
    esac
}

say_and_ask() {
    echo "No Docker engine answers. This script will, as root:"
    command -v dockerd >/dev/null 2>&1 ||
        echo "  - apt-get update; apt-get install -y --no-install-recommends docker.io iptables"
    echo "  - start dockerd in the background (its log: $LOG)"
    [ "${YES:-}" = 1 ] && return
    [ -t 0 ] || return 0
    local answer=""
    read -r -p "Go on? [y/N] " answer || true
    case "$answer" in
        y | Y | yes) ;;
        *) cannot "you said no" ;;
    esac
}

install_engine() {
    command -v dockerd >/dev/null 2>&1 && return
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -q -y --no-install-recommends docker.io iptables
}

start_engine() {
    # The package may have started it.
    answers >/dev/null && return
    # A daemon that was killed leaves its pid file, and the next one would refuse to start.
    if [ -f /var/run/docker.pid ] && ! kill -0 "$(cat /var/run/docker.pid)" 2>/dev/null; then
        rm -f /var/run/docker.pid
    fi
    setsid dockerd >"$LOG" 2>&1 </dev/null &
}

wait_for_engine() {
    local second
    for ((second = 0; second < WAIT_SECONDS; second++)); do
        answers >/dev/null && return
        sleep 1
    done
    echo "dockerd does not answer after $WAIT_SECONDS s. The end of $LOG:" >&2
    tail -n 20 "$LOG" >&2 || true
    exit 1
}

if version="$(answers)"; then
    echo "Docker engine $version answers."
    exit 0
fi
may_install
say_and_ask
install_engine
start_engine
wait_for_engine
echo "Docker engine $(answers) answers."
