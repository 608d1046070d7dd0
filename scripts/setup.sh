#!/bin/sh
# Makes the virtual environment: exact versions with their hashes, then this project in place. Usage: setup.sh VENV
set -eu
venv=$1
here=$(cd "$(dirname "$0")/.." && pwd)

newest_python() {
    for name in python3.14 python3.13 python3.12 python3.11 python3 python; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "setup: no Python 3.11 or newer on PATH. On Debian 12: apt-get install python3 python3-venv" >&2
    exit 1
}

as_root_install() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
    else
        echo "setup: needs the package $*. Install it, then try again: sudo apt-get install $*" >&2
        exit 1
    fi
}

python=$(newest_python)
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    as_root_install python3-venv
fi
echo "setup: $("$python" --version) in $venv"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$here/requirements-dev.lock"
"$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e "$here"
