/* Tries: to take in eight processes what one may not. Must: be ended by the limit of memory of all together. */
#include "zoo.h"

int main(void)
{
    for (int each = 0; each < 8; each++)
        if (child() == 0) {
            char *at = malloc(24 << 20);
            if (at)
                memset(at, 1, 24 << 20);
            pause();
        }
    sleep(20);
    escaped("nobody counts them together");
    return verdict();
}
