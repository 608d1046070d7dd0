/* Tries: to leave ended children that nobody takes in. Must: be refused one, and nobody be left at the end. */
#include "zoo.h"

#define MANY 1000

int main(void)
{
    for (int made = 0; made < MANY; made++) {
        pid_t pid = child();
        if (pid < 0)
            return verdict();
        if (pid == 0)
            _exit(0);
    }
    escaped("%d children", MANY);
    return verdict();
}
