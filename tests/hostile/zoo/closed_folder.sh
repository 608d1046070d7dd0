#!/bin/sh
# Tries: to close to us its own folder, in which it changed something. Must: be read back.
echo inside >inside
chmod 0 .
echo held
