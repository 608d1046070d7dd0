#!/bin/sh
# Tells pip of a private certificate authority, and of wheels to use instead of an index, where there are any.
# Usage: pip-settings.sh CA-FOLDER WHEELS-FOLDER PIP. For the stage that builds the image: none of it is shipped.
set -eu
authorities=$1 wheels=$2 pip=$3
public=/etc/ssl/certs/ca-certificates.crt
bundle=/etc/testronaut-build.pem

has() {
    [ -n "$(find "$1" -name "$2" -print -quit)" ]
}

"$pip" config --global set global.disable-pip-version-check true
if has "$authorities" '*.crt'; then
    # pip takes one bundle in place of its own, so the public authorities go in too, where the base has them.
    { [ ! -e "$public" ] || cat "$public"; cat "$authorities"/*.crt; } >"$bundle"
    "$pip" config --global set global.cert "$bundle"
fi
if has "$wheels" '*.whl'; then
    "$pip" config --global set global.find-links "$wheels"
    "$pip" config --global set global.no-index true
fi
