#!/bin/sh
# Sees to a Chromium for the browser tests where it can, and says how where it cannot. It never
# fails: without a browser those tests are skipped, or fail under CI, and the others still run.
set -u

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests"
    export DEBIAN_FRONTEND=noninteractive
    if apt-get -qq update \
        && apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends chromium \
            >/dev/null; then
        exit 0
    fi
fi

cat >&2 <<'END'
No Chromium was found, and none could be installed, so the browser tests cannot run.
To have them, install it and run this again:
  Debian, Ubuntu   sudo apt-get install chromium   (or chromium-browser)
  Fedora           sudo dnf install chromium
  macOS            brew install --cask chromium
END
exit 0
