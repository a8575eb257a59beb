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
    if $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; then
        exit 0
    fi
fi
"${VENV:-.venv}/bin/python" -m playwright install chromium
