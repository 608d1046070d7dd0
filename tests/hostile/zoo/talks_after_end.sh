#!/bin/sh
# Tries: to go on talking by an orphan, for ever. Must: end soon after it ends, whatever the orphan says.
(while :; do echo after; done) &
echo first
