/* Tries: to mount, to make the system writable, to take away what is laid over it. Must: be refused. */
#include "zoo.h"
#include <linux/mount.h>

#define OLD_READ_ONLY 1UL
#define OLD_REMOUNT 32UL
#define OLD_BIND 4096UL
#define OLD_RECURSIVE 16384UL
#define OLD_SHARED (1UL << 20)
#define DETACHED 2

static long mounted(const char *what, const char *where, const char *kind, unsigned long how)
{
    return syscall(SYS_mount, what, where, kind, how, NULL);
}

static long unmounted(const char *where) { return syscall(SYS_umount2, where, DETACHED); }

int main(void)
{
    struct mount_attr writable = {.attr_clr = MOUNT_ATTR_RDONLY};
    REFUSED(mounted("tmpfs", ".", "tmpfs", 0));
    REFUSED(mounted("proc", ".", "proc", 0));
    REFUSED(mounted("/usr", ".", NULL, OLD_BIND));
    REFUSED(mounted(NULL, "/", NULL, OLD_REMOUNT | OLD_BIND));
    REFUSED(mounted(NULL, "/usr", NULL, OLD_REMOUNT | OLD_BIND));
    REFUSED(mounted(NULL, "/", NULL, OLD_RECURSIVE | OLD_SHARED));
    REFUSED(unmounted("/usr"));
    REFUSED(unmounted("/proc"));
    REFUSED(unmounted("/tmp"));
    REFUSED(unmounted("."));
    REFUSED(syscall(SYS_fsopen, "tmpfs", 0));
    REFUSED(syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE));
    REFUSED(syscall(SYS_mount_setattr, AT_FDCWD, "/usr", 0, &writable, sizeof writable));
    return verdict();
}
