#!/bin/sh
# Tries: to go on whoever asks it to end. Must: be ended by its time with all that it began.
trap '' TERM INT HUP QUIT ALRM
setsid sleep 60 &
echo began
while :; do sleep 60; done
