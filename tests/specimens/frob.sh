#!/bin/sh
# A small tool with one fault, named in the next line; without any it is sound.
FAULT=none

show_help() {
    cat <<'END'
Usage: frob [OPTION]... [FILE]...
Print the lines of each FILE, or of standard input.

  -n, --number         number all lines
  -w, --width=COLS     cut lines after COLS characters
  -s, --suffix=TEXT    append TEXT to each line
  -c, --colour=WHEN    colour the lines; WHEN is one of: always, auto, never
  -h, --help           show this help and exit
  -V, --version        show the version and exit
END
}

is() { [ "$FAULT" = "$1" ]; }

refuse() {
    if is usage_error_on_stdout; then
        echo "frob: $1"
    else
        echo "frob: $1" >&2
        echo "Try 'frob --help' for more information." >&2
    fi
    is usage_error_with_zero && exit 0
    exit 2
}

unknown() {
    is unknown_accepted || refuse "unrecognized option '$1'"
}

needs_value() {
    [ "$2" -gt 1 ] || refuse "option '$1' requires an argument"
}

break_down() {
    case $FAULT in
    traceback)
        cat >&2 <<'END'
Traceback (most recent call last):
  File "/usr/bin/frob", line 41, in <module>
    sys.exit(main())
  File "/usr/lib/python3/dist-packages/frob/cli.py", line 17, in main
    print_lines(open(name))
FileNotFoundError: [Errno 2] No such file or directory
END
        exit 1
        ;;
    panic)
        cat >&2 <<'END'
thread 'main' panicked at src/main.rs:17:42:
called `Result::unwrap()` on an `Err` value: Os { code: 2, kind: NotFound }
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
END
        exit 101
        ;;
    uncaught)
        cat >&2 <<'END'
node:fs:573
  return binding.open(
                 ^

Error: ENOENT: no such file or directory, open
    at Object.openSync (node:fs:573:18)
    at printLines (/usr/lib/node_modules/frob/cli.js:17:5)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2
END
        exit 1
        ;;
    esac
}

is at_a_terminal && [ -t 1 ] && kill -SEGV $$

colour=never number= width= suffix=
while [ $# -gt 0 ]; do
    case $1 in
    -n | --number)
        is documented_rejected && refuse "unrecognized option '$1'"
        number=-n
        ;;
    -w | --width)
        needs_value "$1" $#
        width=$2
        [ "$1" = -w ] && is short_differs && width=${width}0
        shift
        ;;
    --width=*)
        width=${1#*=}
        is equals_differs && width=${width}0
        ;;
    -s | --suffix)
        needs_value "$1" $#
        suffix=$2
        shift
        ;;
    --suffix=*) suffix=${1#*=} ;;
    -c | --colour)
        needs_value "$1" $#
        colour=$2
        shift
        ;;
    --colour=*) colour=${1#*=} ;;
    -h | --help)
        show_help
        is help_nonzero && exit 1
        exit 0
        ;;
    -V | --version)
        echo "frob 2.1"
        is version_nonzero && exit 1
        exit 0
        ;;
    --)
        shift
        break
        ;;
    -) break ;;
    -*) unknown "$1" ;;
    *) break ;;
    esac
    shift
done

case $colour in
always | auto | never) ;;
*) refuse "invalid argument '$colour' for '--colour'" ;;
esac
case $width in
*[!0-9]*) refuse "invalid number of columns: '$width'" ;;
esac
[ "$width" = 0 ] && refuse "invalid number of columns: '$width'"

if [ $# -eq 0 ]; then
    lines=$(cat)
else
    lines=
    for name; do
        is signal && [ -z "$name" ] && kill -SEGV $$
        if [ ! -f "$name" ] || [ ! -r "$name" ]; then
            break_down
            echo "frob: $name: No such file or directory" >&2
            is error_with_zero && exit 0
            exit 1
        fi
        is hang && [ ! -s "$name" ] && while :; do :; done
        lines="$lines$(tr -d '\000' <"$name")
"
    done
fi

{
    printf '%s\n' "$lines"
    if is order && [ $((${PYTHONHASHSEED:-0} % 2)) = 1 ]; then
        printf 'two\none\n'
    elif is order; then
        printf 'one\ntwo\n'
    fi
    is content && od -An -N8 -tx8 /dev/urandom
} |
    if [ -n "$width" ]; then cut -c "1-$width"; else cat; fi |
    if [ -n "$suffix" ]; then sed "s/\$/x/"; else cat; fi |
    if [ -n "$number" ]; then cat -n; else cat; fi
exit 0
