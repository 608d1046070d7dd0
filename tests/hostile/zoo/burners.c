/* Tries: to burn time in processes that end before they are looked at. Must: be ended by the limit of time. */
#include "zoo.h"

int main(void)
{
    for (;;) {
        if (child() == 0) {
            for (volatile long times = 0; times < 3000000; times++)
                ;
            _exit(0);
        }
        waitpid(-1, NULL, 0);
    }
}
