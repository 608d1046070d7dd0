#!/bin/sh
# Installs small real tools, one or two for each way of writing help, so that tests can read them. Usage: tools.sh FOLDER
# What a package manager cannot bring is left out with a word, and skipped by the test that wants it. It never fails.
set -u
folder=$1
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$folder" && folder=$(cd "$folder" && pwd) || exit 0

has() { command -v "$1" >/dev/null 2>&1; }
left_out() { echo "tools: $1; left out: $2" >&2; }

# Runs an installer and keeps quiet, or says what is left out. Usage: install WHAT COMMAND...
install() {
    what=$1 log=$folder/install.log
    shift
    "$@" >"$log" 2>&1 || left_out "$(tail -n 1 "$log")" "$what"
}

of_debian() {
    sh "$here/scripts/needs.sh" busybox cpio ack rake racc thor bsdtar nc openssl
    [ -x "$folder/deb/usr/bin/amtool" ] && return
    # It is a part of a server, which is not installed for its sake.
    has apt-get && has dpkg-deb || { left_out "no Debian" amtool; return; }
    mkdir -p "$folder/deb" && cd "$folder/deb" && install amtool apt-get download -qq prometheus-alertmanager
    for package in prometheus-alertmanager*.deb; do
        install amtool sh -c 'dpkg-deb --fsys-tarfile "$1" | tar xf - ./usr/bin/amtool' sh "$package"
        rm -f "$package"
    done
}

of_python() {
    [ -e "$folder/pip/done" ] && return
    for python in /usr/bin/python3 python3; do
        "$python" -c 'import ensurepip, venv' 2>/dev/null && break || python=
    done
    [ -n "$python" ] || { left_out "no Python with venv" "the tools from Python"; return; }
    "$python" -m venv "$folder/pip"
    install "the tools from Python" "$folder/pip/bin/python" -m pip install -q --disable-pip-version-check \
        num2words==0.5.14 pipreqs==0.4.13 'python-dotenv[cli]==1.2.4' toml-cli==0.8.2 towncrier==26.9.0 \
        typer==0.29.2 wheel==0.48.0 yamllint==1.38.0 && touch "$folder/pip/done"
}

of_node() {
    [ -d "$folder/npm/node_modules/.bin" ] && return
    has npm || { left_out "no npm" "the tools from Node"; return; }
    mkdir -p "$folder/npm"
    install "the tools from Node" npm install --silent --no-save --no-audit --no-fund --prefix "$folder/npm" \
        c8@10.1.3 cpy-cli@5.0.0 del-cli@6.0.0 oclif@4.24.0 solhint@5.2.0 terser@5.51.4
}

of_go() {
    has go || { left_out "no Go" "the tools from Go"; return; }
    # Usage: go_tool PROGRAM PACKAGE@VERSION
    go_tool() { [ -x "$folder/go/bin/$1" ] || install "$1" env GOBIN="$folder/go/bin" go install "$2"; }
    go_tool hey github.com/rakyll/hey@v0.1.5
    go_tool stringer golang.org/x/tools/cmd/stringer@v0.52.0
    go_tool swag github.com/swaggo/swag/cmd/swag@v1.16.6
    go_tool cli github.com/Shopify/toxiproxy/v2/cmd/cli@v2.5.0
    go_tool kind sigs.k8s.io/kind@v0.33.0
}

of_rust() {
    has cargo || { left_out "no Cargo" "the tools from Rust"; return; }
    # Usage: rust_tool NAME VERSION; each version has a folder, since two of one name stand beside each other.
    rust_tool() {
        [ -x "$folder/cargo/$1-$2/bin/$1" ] || install "$1 $2" env CARGO_TARGET_DIR="$folder/cargo-target" \
            CARGO_PROFILE_DEV_DEBUG=0 cargo install -q --locked --debug --root "$folder/cargo/$1-$2" --version "$2" "$1"
    }
    rust_tool sd 1.0.0
    rust_tool sd 0.7.6
    rust_tool hexyl 0.10.0
    rust_tool pastel 0.10.0
    rm -rf "$folder/cargo-target"
}

of_java() {
    has java && has mvn || { left_out "no Java or no Maven" "the tools from Java"; return; }
    # Usage: java_tool PROGRAM GROUP ARTIFACT VERSION HOW-TO-START-A-JAR [CLASS]; a script starts it, beside its jar.
    java_tool() {
        [ -e "$folder/java/$3-$4.jar" ] ||
            install "$1" mvn -q -B dependency:copy -Dartifact="$2:$3:$4" -DoutputDirectory="$folder/java"
        printf '#!/bin/sh\nexec java %s "${0%%/*}/%s-%s.jar" %s "$@"\n' "$5" "$3" "$4" "${6:-}" >"$folder/java/$1"
        chmod +x "$folder/java/$1"
    }
    mkdir -p "$folder/java"
    java_tool autocomplete info.picocli picocli 4.7.7 -cp picocli.AutoComplete
    java_tool junit org.junit.platform junit-platform-console-standalone 1.10.2 -jar
}

for family in of_debian of_python of_node of_go of_rust of_java; do
    (cd "$folder" && $family)
done
exit 0
