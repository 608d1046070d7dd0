/* Tries: plant leaves as many processes as it may have, each in a session of its own. Must: look can make its own. */
#include "zoo.h"

#define ENOUGH 40

int main(int count, char **words)
{
    int is_planting = count > 1 && !strcmp(words[1], "plant");
    int made = 0;
    for (; made < (is_planting ? 5000 : ENOUGH); made++) {
        pid_t pid = child();
        if (pid < 0)
            break;
        if (pid == 0) {
            setsid();
            pause();
        }
    }
    if (is_planting)
        return puts(made < 5000 ? "planted" : "escaped: they are not counted") < 0;
    if (made < ENOUGH)
        escaped("no more than %d", made);
    return verdict();
}
