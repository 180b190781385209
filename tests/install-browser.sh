#!/bin/sh
# Sees to a Chromium for the browser tests where it can, and says how where it cannot. It never
# fails: without a browser those tests are skipped, or fail under CI, and the others still run.
set -u

. "$(dirname "$0")/packages.sh"

has_chromium() {
    is_there chromium chromium-browser google-chrome
}

has_shell() {
    is_there chromium-headless-shell chrome-headless-shell
}

if has_chromium && has_shell; then
    exit 0
fi

# The shell halves the time of the tests, and not every system has it. Both are of one version.
if can_install; then
    echo "Installing Chromium for the browser tests"
    apt-get -qq update
    install chromium chromium-headless-shell || has_chromium || install chromium
fi
if has_chromium; then
    exit 0
fi

cat >&2 <<'END'
No Chromium was found, and none could be installed, so the browser tests cannot run.
To have them, install it and run this again:
  Debian, Ubuntu   sudo apt-get install chromium   (or chromium-browser)
  Fedora           sudo dnf install chromium
  macOS            brew install --cask chromium
END
exit 0
