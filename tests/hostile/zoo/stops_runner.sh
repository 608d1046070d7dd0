#!/bin/sh
# Tries: to stop its parent and the first process, so that nobody would end it. Must: come to its own end.
kill -STOP $PPID
kill -STOP 1
kill -TSTP $PPID
kill -TTIN $PPID
echo held
