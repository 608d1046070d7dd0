/* Tries: to die so that the kernel starts a program of the machine's, to which it hands what is left. Must: not. */
#include "zoo.h"
#include <sys/resource.h>

#define NOT_EVEN_TO_A_PROGRAM 1 /* the kernel's own word for it, see core(5) */

int main(void)
{
    char pattern[256] = "";
    struct rlimit limit;
    int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY);
    if (fd >= 0 && read(fd, pattern, sizeof pattern - 1) < 0)
        escaped("the pattern cannot be read");
    getrlimit(RLIMIT_CORE, &limit);
    if (pattern[0] == '|' && limit.rlim_cur != NOT_EVEN_TO_A_PROGRAM)
        escaped("%s would be started", pattern);
    if (limit.rlim_cur > NOT_EVEN_TO_A_PROGRAM)
        escaped("a file could be written");
    return verdict();
}
