/* Tries: to make files without end. Must: be refused one, or be ended for their number. */
#include "zoo.h"

#define MANY 1000000

int main(void)
{
    char name[32];
    for (int number = 0; number < MANY; number++) {
        snprintf(name, sizeof name, "f%d", number);
        int fd = open(name, O_CREAT | O_WRONLY, 0644);
        if (fd < 0)
            return verdict();
        close(fd);
    }
    escaped("%d files", MANY);
    return verdict();
}
