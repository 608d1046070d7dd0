#!/bin/sh
# Tries: to put links in the place of prepared files. Must: be read back as links, whatever they lead to.
for name in passwd memory zero input self; do rm "$name"; done
ln -s /etc/passwd passwd
ln -s /proc/self/mem memory
ln -s /dev/zero zero
ln -s /dev/stdin input
ln -s /proc/1/environ self
echo held
