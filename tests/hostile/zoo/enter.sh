#!/bin/sh
# The one tool that all programs are words of, so that one sandbox serves them all: enter.sh PROGRAM [WORD...]
program=${0%/*}/$1
shift
exec "$program" "$@"
