/* Tries: chroot and pivot_root, and the old way out through a folder kept open. Must: stay where it is. */
#include "zoo.h"

int main(void)
{
    struct stat root, top;
    int kept = open("/", O_RDONLY | O_DIRECTORY);
    REFUSED(chroot("."));
    REFUSED(chroot("/proc/1/root"));
    REFUSED(syscall(SYS_pivot_root, ".", "."));
    REFUSED(syscall(SYS_pivot_root, "/tmp", "/tmp"));
    if (fchdir(kept))
        escaped("the root is gone");
    for (int step = 0; step < 100; step++)
        if (chdir(".."))
            break;
    if (stat("/", &root) || stat(".", &top) || root.st_ino != top.st_ino || root.st_dev != top.st_dev)
        escaped("there is something above the root");
    return verdict();
}
