#!/bin/sh
# Tries: to hold both streams by an orphan. Must: end when it ends; the orphan is named and gone.
sleep 60 &
until grep -q sleep /proc/$!/comm; do :; done
echo held
