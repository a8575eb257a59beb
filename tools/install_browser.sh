#!/bin/sh
# The browser that the page's tests drive: one that is there, or the system's package, or Playwright's own download.
set -eu

if command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1; then
    sudo=""
    [ "$(id -u)" -eq 0 ] || sudo="sudo"
    export DEBIAN_FRONTEND=noninteractive
    # Another package manager may be at work: both commands wait for its locks, up to ten minutes.
    wait="-o DPkg::Lock::Timeout=600"
    tries=60
    until $sudo apt-get $wait update -qq; do  # the lock of the lists is not one of those that apt waits for
        tries=$((tries - 1))
        if [ "$tries" -eq 0 ] || ! $sudo fuser -s /var/lib/apt/lists/lock 2>/dev/null; then
            break
        fi
        sleep 10
    done
    if $sudo apt-get $wait install -y -qq --no-install-recommends chromium fonts-dejavu-core; then
        exit 0
    fi
fi
"${VENV:-.venv}/bin/python" -m playwright install chromium
