/* Tries: to take memory that is shared with its children. Must: be ended by the limit of memory. */
#include "zoo.h"
#include <sys/mman.h>

#define SIZE (192UL << 20)

int main(void)
{
    char *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(at, 1, SIZE);
    if (child() == 0) {
        memset(at, 2, SIZE);
        pause();
    }
    sleep(20);
    escaped("nobody counts it");
    return verdict();
}
