/* Tries: to call itself without end. Must: die of it, and be said to have died by its own doing. */
#include "zoo.h"

static volatile int depth;

static int deeper(char *before)
{
    char here[4096] = "";
    here[0] = before[0];
    depth++;
    return deeper(here) + here[1];
}

int main(void) { return deeper("x"); }
