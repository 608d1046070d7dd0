/* Tries: to take half a gigabyte. Must: be ended by the limit of memory long before. */
#include "zoo.h"

int main(void)
{
    for (int part = 0; part < 512; part++) {
        char *at = malloc(1 << 20);
        if (!at)
            break;
        memset(at, 1, 1 << 20);
        usleep(500);
    }
    sleep(3);
    escaped("it has what it wanted");
    return verdict();
}
