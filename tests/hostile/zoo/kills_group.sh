#!/bin/sh
# Tries: to kill its group, ours if it were in it. Must: die of it alone.
sleep 60 &
kill -KILL 0
sleep 60
