/* Tries: to take the descriptors of the runner, its socket among them. Must: get none. */
#include "zoo.h"

int main(void)
{
    char path[64];
    char target[256];
    int runner = (int)syscall(SYS_pidfd_open, getppid(), 0);
    for (int number = 0; number < 256; number++) {
        if (syscall(SYS_pidfd_getfd, runner, number, 0) >= 0)
            escaped("descriptor %d", number);
        snprintf(path, sizeof path, "/proc/%d/fd/%d", getppid(), number);
        if (readlink(path, target, sizeof target) >= 0)
            escaped("%s can be read", path);
        if (open(path, O_RDWR) >= 0)
            escaped("%s can be opened", path);
    }
    snprintf(path, sizeof path, "/proc/%d/fd", getppid());
    REFUSED(open(path, O_RDONLY | O_DIRECTORY));
    return verdict();
}
