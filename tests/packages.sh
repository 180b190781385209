# What the scripts that install programs for the tests share: `. tests/packages.sh`.

# Whether one of some programs is there.
is_there() {
    for candidate in "$@"; do
        if command -v "$candidate" >/dev/null 2>&1; then
            return 0
        fi
    done
    return 1
}

# Whether packages of Debian's can be installed here.
can_install() {
    [ "$(id -u)" = 0 ] && is_there apt-get
}

install() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
        install -y --no-install-recommends "$@" >/dev/null
}
