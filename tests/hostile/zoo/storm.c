/* Tries: to end in the middle of a storm of ending children, with ones that end after it. Must: be told rightly. */
#include "zoo.h"

int main(void)
{
    for (int wave = 0; wave < 20; wave++) {
        for (int each = 0; each < 20; each++) {
            pid_t pid = child();
            if (pid == 0) {
                if (each % 3 == 0 && fork() == 0)
                    usleep(500);
                _exit(each);
            }
        }
        if (wave < 19)
            while (waitpid(-1, NULL, 0) > 0)
                ;
    }
    return 23;
}
