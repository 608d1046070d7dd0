/* Tries: to fork for ever, each child as its parent. Must: be ended in time with all of them. */
#include "zoo.h"

int main(void)
{
    for (;;)
        fork();
}
