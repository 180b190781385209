#!/bin/sh
# Sees to Firefox and WebKitGTK for the tests in browsers other than Chromium where it can, and says
# how where it cannot. It never fails: without them those tests are skipped, or fail under CI.
set -u

is_there() {
    for name in "$@"; do
        if command -v "$name" >/dev/null 2>&1; then
            return 0
        fi
    done
    return 1
}

all_are_there() {
    is_there firefox-esr firefox && is_there WebKitWebDriver && is_there Xvfb
}

if all_are_there; then
    exit 0
fi

# On a machine that somebody uses they would be an imposition: 200 MB, and a second browser.
if [ -n "${CI:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Firefox and WebKitGTK for the tests in other browsers"
    export DEBIAN_FRONTEND=noninteractive
    if apt-get -qq update \
        && apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
            firefox-esr webkit2gtk-driver xvfb >/dev/null && all_are_there; then
        exit 0
    fi
fi

cat >&2 <<'END'
Firefox, WebKitGTK or Xvfb is missing, so the tests in other browsers than Chromium cannot run.
To have them on Debian: sudo apt-get install firefox-esr webkit2gtk-driver xvfb
END
exit 0
