/* Tries: to learn by kcmp what the runner shares with it, and to advise its memory away. Must: be refused. */
#include "zoo.h"
#include <linux/kcmp.h>
#include <sys/mman.h>
#include <sys/uio.h>

int main(void)
{
    struct iovec there = {(void *)0x400000, 4096};
    int runner = (int)syscall(SYS_pidfd_open, getppid(), 0);
    FORBIDDEN(syscall(SYS_kcmp, getpid(), getppid(), KCMP_VM, 0, 0));
    FORBIDDEN(syscall(SYS_kcmp, getpid(), getppid(), KCMP_FILE, 0, 0));
    FORBIDDEN(syscall(SYS_process_madvise, runner, &there, 1, MADV_COLD, 0));
    FORBIDDEN(syscall(SYS_move_pages, getppid(), 0, NULL, NULL, NULL, 0));
    return verdict();
}
