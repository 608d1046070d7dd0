#!/bin/sh
# Tries: to complain without end. Must: be ended by the limit of output.
exec yes complaint >&2
