#!/bin/sh
# Sees to the servers of other projects that tests/external runs ours with: PostgreSQL as Debian has
# it, PgBouncer, nginx and Caddy. They are installed under CI only, since Debian starts some of them
# at once. It never fails: without them those tests are skipped, or fail under CI.
set -u

missing=""
has() {
    for place in "$@"; do
        if command -v "$place" >/dev/null 2>&1; then
            return 0
        fi
    done
    return 1
}
has /usr/lib/postgresql/*/bin/initdb || missing="$missing postgresql"
for name in pgbouncer nginx caddy; do
    has "$name" "/usr/sbin/$name" || missing="$missing $name"
done
if [ -z "$missing" ]; then
    exit 0
fi

if [ -n "${CI:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$missing for the tests"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  # One word for each package.
    if apt-get -qq update \
        && apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing \
            >/dev/null; then
        exit 0
    fi
fi

cat >&2 <<END
Not installed:$missing. The tests that run the server with them are skipped. To have them:
  Debian, Ubuntu   sudo apt-get install$missing
END
exit 0
