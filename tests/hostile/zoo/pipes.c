/* Tries: to keep the kernel's memory in pipes that nobody reads. Must: be refused at some number, and be gone after. */
#include "zoo.h"

int main(void)
{
    static char some[1 << 16];
    for (int number = 0; number < 5000; number++) {
        int ends[2];
        if (pipe2(ends, O_NONBLOCK))
            return verdict();
        fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
        while (write(ends[1], some, sizeof some) > 0)
            ;
    }
    escaped("5000 pipes");
    return verdict();
}
