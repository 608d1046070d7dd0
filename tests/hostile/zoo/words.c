/* Tries: to begin itself with more and more words. Must: be refused by the kernel, and no one of ours stumble over it. */
#include "zoo.h"

int main(int count, char **words)
{
    static char word[100000];
    char **more = calloc((size_t)count * 2 + 2, sizeof *more);
    memset(word, 'w', sizeof word - 1);
    more[0] = words[0];
    for (int at = 1; at < count * 2; at++)
        more[at] = word;
    usleep(20000);
    execv("/proc/self/exe", more);
    return verdict();
}
