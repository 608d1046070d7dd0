/* Tries: to type into the terminal of whoever started it, also past filters that compare 64 bits. Must: be refused. */
#include "zoo.h"
#include <sys/ioctl.h>

#define LINUX_CONSOLE 0x541C
#define PASTE 3
#define HIGH (1UL << 32)

static void tried_on(int fd, const char *name)
{
    char paste = PASTE;
    const char *word = "echo escaped\n";
    for (const char *at = word; *at; at++)
        if (ioctl(fd, TIOCSTI, at) != -1 || syscall(SYS_ioctl, fd, HIGH | TIOCSTI, at) != -1)
            escaped("it typed into %s", name);
    if (ioctl(fd, LINUX_CONSOLE, &paste) != -1 || syscall(SYS_ioctl, fd, HIGH | LINUX_CONSOLE, &paste) != -1)
        escaped("it pasted into %s", name);
    if (ioctl(fd, TIOCSCTTY, 1) != -1)
        escaped("it took %s over", name);
}

int main(void)
{
    tried_on(0, "its input");
    tried_on(1, "its output");
    tried_on(2, "its messages");
    int terminal = open("/dev/tty", O_RDWR);
    if (terminal >= 0)
        tried_on(terminal, "/dev/tty");
    return verdict();
}
