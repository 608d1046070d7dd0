/* Tries: to take memory in files without a name, which no process has mapped. Must: be ended by the limit of memory. */
#include "zoo.h"
#include <sys/mman.h>

#define PARTS 48
#define PART (3UL << 20)

int main(void)
{
    char *some = calloc(1, PART);
    for (int part = 0; part < PARTS; part++) {
        int fd = memfd_create("zoo", 0);
        if (fd < 0 || write(fd, some, PART) < 0)
            return verdict();
    }
    sleep(1);
    escaped("%lu MiB that nobody counts", PARTS * PART >> 20);
    return verdict();
}
