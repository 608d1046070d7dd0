#!/bin/sh
# Tries: to be looked at by a command line of a hundred thousand bytes with every byte in it. Must: be gone, as others.
word=$(printf '%100000s' | tr ' ' x)
sleep 60 "$(printf '\377\033\n) Z 1 ')" "$word" 2>/dev/null &
sh -c 'sleep 60; : "$1"' sh "$word" &
until grep -q sleep /proc/[0-9]*/comm; do :; done
echo held
