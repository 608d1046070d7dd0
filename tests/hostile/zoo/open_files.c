/* Tries: to hold open files without end. Must: be refused one. */
#include "zoo.h"

#define MANY 5000

int main(void)
{
    for (int number = 0; number < MANY; number++)
        if (open("/dev/null", O_RDONLY) < 0)
            return verdict();
    escaped("%d files", MANY);
    return verdict();
}
