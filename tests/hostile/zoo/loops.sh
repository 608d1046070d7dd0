#!/bin/sh
# Tries: to leave links that go round. Must: be read back without going.
ln -s one two
ln -s two one
ln -s self self
ln -s . here
ln -s .. above
ln -s / top
mkdir a
ln -s ../a a/again
ln -s "$(printf '%4000s' | tr ' ' x)" long
echo held
