/* Tries: to leave ten thousand names of one file. Must: be read back in time, and no more told than there is room for. */
#include "zoo.h"

int main(void)
{
    char name[32];
    int fd = open("first", O_CREAT | O_WRONLY, 0644);
    if (write(fd, "first", 5) < 0)
        return 1;
    for (int number = 0; number < 10000; number++) {
        snprintf(name, sizeof name, "n%d", number);
        if (link("first", name))
            break;
    }
    return verdict();
}
