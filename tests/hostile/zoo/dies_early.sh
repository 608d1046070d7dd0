#!/bin/sh
# Tries: to be waited for when it is dead, in the place of what builds sandboxes, by a child that holds its streams.
# Must: be given up at once, as our error and with what it said.
setsid sleep 20 &
echo died early >&2
exit 1
