/* Tries: to give files of the machine a second name that it may write to. Must: be refused. */
#include "zoo.h"

static const char *const FILES[] = {"/usr/bin/env", "/etc/passwd", "/proc/self/exe", "/dev/null"};

int main(int count, char **words)
{
    for (size_t at = 0; at < sizeof FILES / sizeof *FILES; at++)
        REFUSED(linkat(AT_FDCWD, FILES[at], AT_FDCWD, "second", AT_SYMLINK_FOLLOW));
    for (int at = 0; at < count; at++)
        REFUSED(link(words[at], "second"));
    REFUSED(rename("/usr/bin/env", "moved"));
    return verdict();
}
