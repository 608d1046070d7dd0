#!/bin/sh
# Tries: to hold the second stream alone, by an orphan in a session of its own. Must: end when it ends.
setsid sleep 60 </dev/null >/dev/null &
until grep -q sleep /proc/$!/comm; do :; done
echo held
