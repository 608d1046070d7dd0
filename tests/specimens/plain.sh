#!/bin/sh
# A sound tool that does what it is told, for tests of what runs it.
case "$1" in
    say) shift && printf '%s\n' "$*" ;;
    complain) shift && printf '%s\n' "$*" >&2 && exit 3 ;;
    exit) exit "$2" ;;
    die) kill -s "$2" $$ ;;
    copy) cat ;;
    do) eval "$2" ;;
    *) echo "plain: unknown command: $1" >&2 && exit 2 ;;
esac
