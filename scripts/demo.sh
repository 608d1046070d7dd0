#!/bin/sh
# The main job on a real tool: everything in one process, over SQLite, in a folder of its own. Usage: demo.sh TESTRONAUT TOOL
set -eu
testronaut=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
tool=$2

if ! command -v "$tool" >/dev/null 2>&1; then
    echo "demo: no program $tool here. Take another: make demo DEMO=tar" >&2
    exit 4
fi
rm -rf .demo && mkdir .demo && cd .demo

echo "demo: the database"
"$testronaut" db upgrade
echo "demo: testing $tool, with no test written and no server running"
# 1 says that faults were found: that is what a demo hopes for.
"$testronaut" run "$tool" --format text --format html --format json --output report || [ $? = 1 ]
echo
echo "demo: how the job spent its time"
"$testronaut" trace | grep -v 'execute [1-9]' || true
echo
echo "demo: the page is .demo/report/report.html. Another tool: make demo DEMO=tar"
