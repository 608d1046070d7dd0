#!/bin/sh
# Tries: to close to us what it leaves: a file, and a folder with something in it. Must: be read back.
mkdir -p closed/deeper
echo inside >closed/deeper/inside
echo secret >secret
chmod 0 closed/deeper closed secret
echo held
