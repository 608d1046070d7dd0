/* Tries: to read and write the memory of its parent, and to look into it by /proc. Must: get nothing. */
#include "zoo.h"
#include <sys/uio.h>

static const char *const FILES[] = {"mem", "environ", "maps", "smaps", "auxv", "syscall", "pagemap", "stack"};

int main(void)
{
    char bytes[16];
    char path[64];
    struct iovec here = {bytes, sizeof bytes};
    struct iovec there = {(void *)0x400000, sizeof bytes};
    FORBIDDEN(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
    FORBIDDEN(process_vm_writev(getppid(), &here, 1, &there, 1, 0));
    for (size_t at = 0; at < sizeof FILES / sizeof *FILES; at++) {
        snprintf(path, sizeof path, "/proc/%d/%s", getppid(), FILES[at]);
        int fd = open(path, O_RDONLY);
        if (fd >= 0 && read(fd, bytes, sizeof bytes) > 0)
            escaped("%s", path);
        REFUSED(open(path, O_WRONLY));
    }
    return verdict();
}
