#!/bin/sh
# Sees to Firefox and WebKitGTK for the tests in browsers other than Chromium where it can, and says
# how where it cannot. It never fails: without them those tests are skipped, or fail under CI.
set -u

. "$(dirname "$0")/packages.sh"

all_are_there() {
    is_there firefox-esr firefox && is_there WebKitWebDriver && is_there Xvfb
}

if all_are_there; then
    exit 0
fi

# On a machine that somebody uses they would be an imposition: 200 MB, and a second browser.
if [ -n "${CI:-}" ] && can_install; then
    echo "Installing Firefox and WebKitGTK for the tests in other browsers"
    if apt-get -qq update && install firefox-esr webkit2gtk-driver xvfb && all_are_there; then
        exit 0
    fi
fi

cat >&2 <<'END'
Firefox, WebKitGTK or Xvfb is missing, so the tests in other browsers than Chromium cannot run.
To have them on Debian: sudo apt-get install firefox-esr webkit2gtk-driver xvfb
END
exit 0
