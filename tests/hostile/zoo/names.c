/* Tries: to be overlooked by names that look like what /proc says of the dead. Must: be named, and be gone. */
#include "zoo.h"
#include <sys/prctl.h>

static const char *const NAMES[] = {")", "\n", ") Z 1 1 1 1", "(x) Z 0 0", "\xff\xfe", "", " ", "a b) X 1 (", "\x1b[2J"};

int main(void)
{
    for (size_t at = 0; at < sizeof NAMES / sizeof *NAMES; at++)
        if (child() == 0) {
            setsid();
            prctl(PR_SET_NAME, NAMES[at], 0, 0, 0);
            pause();
        }
    usleep(50000);
    return verdict();
}
