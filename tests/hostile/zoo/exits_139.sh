#!/bin/sh
# Tries: to look as if a signal had killed it. Must: be told from one that it did.
exit 139
