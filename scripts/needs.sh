#!/bin/sh
# Sees to it that programs are there which no Python package brings. Usage: needs.sh NAME...
# As root on Debian it installs what is missing; elsewhere it says how to. It never fails: what stays missing is
# skipped, with a reason, by whoever needs it.
set -u
PATH=$PATH:/usr/sbin:/sbin

has() {
    case $1 in
        bubblewrap) command -v bwrap ;;
        redis) command -v redis-server ;;
        postgresql) ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null || command -v postgres ;;
        chromium) command -v chromium && command -v chromedriver ;;
        engine) command -v docker && command -v dockerd ;;
        musl) command -v musl-gcc ;;
        bash-completion) [ -e /usr/share/bash-completion/bash_completion ] ;;
        compose) docker compose version || command -v docker-compose ;;
        debootstrap | strace | bats | parallel | fish) command -v "$1" ;;
        ack | bsdtar | busybox | cpio | nc | openssl | racc | rake | thor) command -v "$1" ;;
        shelltestrunner) command -v shelltest ;;
    esac >/dev/null 2>&1
}

packages() {
    case $1 in
        redis) echo redis-server ;;
        chromium) echo chromium chromium-driver ;;
        engine) echo docker.io iptables iproute2 ;;
        musl) echo musl-tools gcc libc6-dev ;;
        compose) echo docker-compose ;;
        bsdtar) echo libarchive-tools ;;
        nc) echo netcat-openbsd ;;
        thor) echo ruby-thor ;;
        *) echo "$1" ;;
    esac
}

missing=
for name in "$@"; do
    has "$name" || missing="$missing $(packages "$name")"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "needs: installing$missing"
    # Installed servers are started by the tests, on ports and folders of their own; the package must not start one.
    policy=/usr/sbin/policy-rc.d
    [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && made=1; }
    # shellcheck disable=SC2086 # a list of packages
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null ||
        echo "needs: could not install$missing; what needs them is skipped" >&2
    [ -z "${made:-}" ] || rm -f $policy
else
    echo "needs:$missing missing; what needs them is skipped. Install: sudo apt-get install$missing" >&2
fi
exit 0
