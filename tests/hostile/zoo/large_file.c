/* Tries: to write a file without end. Must: be ended by the kernel, at the size that a file may have. */
#include "zoo.h"

int main(void)
{
    static char part[1 << 16];
    int fd = open("large", O_CREAT | O_WRONLY, 0644);
    while (write(fd, part, sizeof part) > 0)
        ;
    escaped("it was only told");
    return verdict();
}
