#!/bin/sh
# Tries: to have a file changed by whoever tidies up: PATH, by a link in a closed folder. Must: be left as it is.
mkdir closed
ln -s "$1" closed/link
chmod 0500 closed
echo held
