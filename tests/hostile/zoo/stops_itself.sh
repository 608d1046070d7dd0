#!/bin/sh
# Tries: to stop, and with it whoever waits for it. Must: be ended by its time.
echo began
kill -STOP $$
