#!/bin/sh
# Sees to the servers of other projects that tests/external runs ours with: PostgreSQL as Debian has
# it, PgBouncer, nginx, Caddy and Prometheus; and systemd's tool that checks units. They are installed
# under CI only, since Debian starts some of them at once. It never fails: without them those tests are skipped, or fail under CI.
set -u

. "$(dirname "$0")/packages.sh"

missing=""
is_there /usr/lib/postgresql/*/bin/initdb || missing="$missing postgresql"
for name in pgbouncer nginx caddy prometheus; do
    is_there "$name" "/usr/sbin/$name" || missing="$missing $name"
done
is_there systemd-analyze || missing="$missing systemd"
if [ -z "$missing" ]; then
    exit 0
fi

if [ -n "${CI:-}" ] && can_install; then
    echo "Installing$missing for the tests"
    # shellcheck disable=SC2086  # One word for each package.
    if apt-get -qq update && install $missing; then
        exit 0
    fi
fi

cat >&2 <<END
Not installed:$missing. The tests that run the server with them are skipped. To have them:
  Debian, Ubuntu   sudo apt-get install$missing
END
exit 0
