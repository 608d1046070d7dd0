#!/bin/sh
# Tries: to leave files of the far future and past. Must: be read back.
for date in 2500-01-01 1900-01-01 '@-9000000000' '@99999999999'; do
    touch -d "$date" "f$date" || touch "f$date"
done
touch -d 2100-01-01 .
echo held
