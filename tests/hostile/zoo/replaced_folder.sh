#!/bin/sh
# Tries: to put links in the place of its folder and of a prepared folder. Must: be read back without following one.
here=$(pwd)
mv prepared moved && ln -s /etc prepared
mkdir made && ln -s /proc/self made/self
{ cd / && mv "$here" "$here.moved" && ln -s /etc "$here"; } 2>/dev/null
{ rmdir "$here" && ln -s /etc "$here"; } 2>/dev/null
echo held
