#!/bin/sh
# Tries: to hide that it changed files: same size, same time, another file in the old place. Must: be seen all the same.
printf bbbb >same
touch -d @1700000000 same
printf bbbb >other && touch -d @1700000000 other && mv other moved
chmod 600 mode && chmod 644 mode
echo held
