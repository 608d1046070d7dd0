#!/bin/sh
# Tries: to print without end on both streams at once. Must: be ended by the limit of both together.
yes out &
exec yes err >&2
