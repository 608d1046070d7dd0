/* Tries: to be traced by its parent, whose waiting then tells of stops and no longer of ends alone: WORD. Must: end. */
#include "zoo.h"
#include <sys/ptrace.h>

int main(int count, char **words)
{
    const char *word = count > 1 ? words[1] : "";
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    if (!strcmp(word, "stops"))
        raise(SIGSTOP);
    if (!strcmp(word, "signals"))
        raise(SIGUSR1);
    if (!strcmp(word, "executes"))
        execl("/bin/echo", "echo", "held", NULL);
    puts("held");
    return 0;
}
