#!/bin/sh
# Tries: to print bytes that are no text. Must: be ended by the limit of output, byte for byte as they were.
printf '\000\377\376\033\n'
exec cat /dev/urandom
