#!/bin/sh
# Tries: to die of a signal: NUMBER. Must: be told by that number.
kill -"$1" $$
sleep 60
