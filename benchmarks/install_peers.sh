#!/bin/sh
# Installs the test runners that benchmarks compare with: from Debian's packages, and into an environment of their own.
# Usage: install_peers.sh FOLDER
set -eu
folder=$1
here=$(cd "$(dirname "$0")/.." && pwd)

sh "$here/scripts/needs.sh" bats parallel shelltestrunner
# The system's own Python before others: benchmarks run as an ordinary user, who may not reach root's.
for python in /usr/bin/python3 python3; do
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        [ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
        exec "$folder/bin/python" -m pip install -q --disable-pip-version-check prysk cram pytest pytest-xdist
    fi
done
echo "bench-peers: no Python with venv here; prysk, cram and pytest are left out" >&2
