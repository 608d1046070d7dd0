/* Tries: to leave a file that had no name while it was written, and others that never get one. Must: be read back. */
#include "zoo.h"

int main(void)
{
    int fd = open(".", O_TMPFILE | O_RDWR, 0644);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (write(fd, "named late", 10) != 10 || linkat(AT_FDCWD, path, AT_FDCWD, "late", AT_SYMLINK_FOLLOW))
        puts("there are none here");
    int other = open(".", O_TMPFILE | O_RDWR, 0644);
    if (write(other, "never", 5) < 0)
        puts("refused");
    return verdict();
}
