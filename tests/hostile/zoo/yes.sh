#!/bin/sh
# Tries: to print without end. Must: be ended by the limit of output, both ends kept.
echo first
exec yes
