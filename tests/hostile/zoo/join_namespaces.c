/* Tries: to join the namespaces of the runner, or of whoever is above. Must: open none of them. */
#include "zoo.h"
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>

static const char *const KINDS[] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time"};

static int joined(int pid, const char *kind)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, kind);
    int fd = open(path, O_RDONLY);
    return fd >= 0 && setns(fd, 0) == 0;
}

static int finds_parent(const char *kind)
{
    char path[64];
    struct stat own, owner;
    snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
    int fd = open(path, O_RDONLY);
    int user = ioctl(fd, NS_GET_USERNS);
    if (user >= 0 && (fstat(user, &owner) || stat("/proc/self/ns/user", &own) || owner.st_ino != own.st_ino))
        return 1;
    return ioctl(fd, NS_GET_PARENT) >= 0;
}

int main(void)
{
    for (size_t at = 0; at < sizeof KINDS / sizeof *KINDS; at++) {
        if (joined(1, KINDS[at]) || joined(getppid(), KINDS[at]))
            escaped("it joined %s", KINDS[at]);
        if (finds_parent(KINDS[at]))
            escaped("it found what is above its %s", KINDS[at]);
    }
    int runner = (int)syscall(SYS_pidfd_open, getppid(), 0);
    REFUSED(setns(runner, CLONE_NEWNS | CLONE_NEWPID));
    return verdict();
}
