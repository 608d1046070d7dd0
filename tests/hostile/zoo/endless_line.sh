#!/bin/sh
# Tries: to print one line that never ends. Must: be ended by the limit of output.
exec tr '\0' x </dev/zero
