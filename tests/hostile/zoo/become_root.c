/* Tries: to become root by numbers, capabilities and set-user-id bits. Must: stay who it is. */
#include "zoo.h"
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

static const char *const SHOWN[] = {"/", "/usr", ".", "/tmp", "/dev/shm"};

int main(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct all[2] = {{~0U, ~0U, ~0U}, {~0U, ~0U, ~0U}};
    struct statvfs folder;
    REFUSED(setuid(0));
    REFUSED(setresuid(0, 0, 0));
    REFUSED(setgid(0));
    REFUSED(setresgid(0, 0, 0));
    REFUSED(setgroups(0, NULL));
    REFUSED(syscall(SYS_capset, &header, all));
    REFUSED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0));
    REFUSED(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        escaped("it may gain privileges");
    for (size_t at = 0; at < sizeof SHOWN / sizeof *SHOWN; at++)
        if (statvfs(SHOWN[at], &folder) || !(folder.f_flag & ST_NOSUID))
            escaped("set-user-id counts in %s", SHOWN[at]);
    close(open("copy", O_CREAT | O_WRONLY, 0755));
    REFUSED(setxattr("copy", "security.capability", "\1\0\0\2\377\377\377\377\0\0\0\0\0\0\0\0\0\0\0\0", 20, 0));
    REFUSED(setxattr("copy", "trusted.zoo", "x", 1, 0));
    REFUSED(chown("copy", 0, 0));
    return verdict();
}
