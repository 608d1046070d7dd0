#!/bin/sh
# Tries: to go on talking by an orphan, for ever. Must: end soon after it ends, whatever the orphan says.
echo first
(while :; do echo after; done) &
