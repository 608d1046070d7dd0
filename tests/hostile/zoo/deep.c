/* Tries: to leave folders so deep that no path reaches the last, with a file at their end. Must: be read back in time. */
#include "zoo.h"

#define LEVELS 2000

int main(void)
{
    for (int level = 0; level < LEVELS; level++)
        if (mkdir("d", 0755) || chdir("d"))
            break;
    close(open("bottom", O_CREAT | O_WRONLY, 0644));
    return verdict();
}
