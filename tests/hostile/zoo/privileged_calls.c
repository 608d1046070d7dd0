/* Tries: what only the machine's owner may: modules, names, swap, ports, another kernel. Must: be refused unheard. */
#include "zoo.h"
#include <sys/io.h>

int main(void)
{
    FORBIDDEN(syscall(SYS_init_module, NULL, 0, ""));
    FORBIDDEN(syscall(SYS_finit_module, -1, "", 0));
    FORBIDDEN(syscall(SYS_delete_module, "zoo-no-such-module", O_NONBLOCK));
    FORBIDDEN(syscall(SYS_reboot, 0, 0, 0, NULL));
    FORBIDDEN(syscall(SYS_kexec_load, 0, 17, NULL, 0xffff));
    FORBIDDEN(syscall(SYS_swapon, "zoo-no-such-file", 0));
    FORBIDDEN(syscall(SYS_swapoff, "zoo-no-such-file"));
    FORBIDDEN(syscall(SYS_acct, "zoo-no-such-file"));
    FORBIDDEN(sethostname("zoo", 3));
    FORBIDDEN(setdomainname("zoo", 3));
    FORBIDDEN(syscall(SYS_vhangup));
#ifdef __x86_64__
    FORBIDDEN(iopl(3));
    FORBIDDEN(ioperm(0x80, 1, 1));
#endif
    return verdict();
}
