#!/bin/sh
# Tries: to change its own program, what lies beside it, and what it is run by. Must: be refused.
here=${0%/*}
escaped() { echo "escaped: $1"; }
{
    true >>"$0" && escaped "itself"
    true >"$here/zoo-left" && escaped "its folder"
    rm -f "$here/state.py" && [ ! -e "$here/state.py" ] && escaped "its neighbour is gone"
    mv "$here" "$here.moved" && escaped "its folder is moved"
    chmod 0777 "$0" && escaped "its mode"
    touch "$here" && escaped "the time of its folder"
    true >>/bin/sh && escaped "the shell"
} 2>/dev/null
echo held
