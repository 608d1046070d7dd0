/* Tries: to disturb its parent by every signal there is, alone and by the hundred. Must: come to its own end. */
#include "zoo.h"

int main(void)
{
    union sigval word = {.sival_int = 4711};
    for (int number = 1; number < 65; number++) {
        if (number == SIGCONT)
            continue;
        for (int times = 0; times < 100; times++) {
            kill(getppid(), number);
            kill(1, number);
            sigqueue(getppid(), number, word);
        }
    }
    return puts("planted") < 0;
}
