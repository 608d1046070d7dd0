/* Tries: to leave a file of a tebibyte with nothing in it. Must: be read back at once, by its size alone. */
#include "zoo.h"

int main(void)
{
    int fd = open("sparse", O_CREAT | O_WRONLY, 0644);
    if (ftruncate(fd, 1L << 40))
        puts("refused");
    return verdict();
}
