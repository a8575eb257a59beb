#!/bin/sh
# The browsers that the page's tests drive. Chromium: one that is there, or the system's package, or Playwright's own
# download. Firefox: Debian's package; elsewhere its tests are skipped (Ubuntu's is a snap, which they cannot drive).
set -eu

there() {
    command -v "$1" >/dev/null 2>&1
}

chromium=""
there chromium || there google-chrome || chromium="chromium fonts-dejavu-core"
firefox=""
there firefox-esr || ! grep -qsx 'ID=debian' /etc/os-release || firefox="firefox-esr"
if [ -z "$chromium$firefox" ]; then
    exit 0
fi
if there apt-get; then
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
    # Each by itself: the tests do without a Firefox.
    [ -z "$firefox" ] || $sudo apt-get $wait install -y -qq --no-install-recommends $firefox \
        || echo "Without Firefox its tests are skipped." >&2
    if [ -z "$chromium" ] || $sudo apt-get $wait install -y -qq --no-install-recommends $chromium; then
        exit 0
    fi
fi
[ -z "$chromium" ] || "${VENV:-.venv}/bin/python" -m playwright install chromium
