/* Tries: to make devices and to open those of the machine. Must: find only the harmless ones, and make none. */
#include "zoo.h"
#include <dirent.h>
#include <sys/sysmacros.h>

static const char HARMLESS[] = " . .. null zero full random urandom tty ptmx pts shm stdin stdout stderr fd core console mqueue ";
static const char *const DANGEROUS[] = {"/dev/mem",     "/dev/kmsg",         "/dev/port", "/dev/kvm",
                                        "/dev/fuse",    "/dev/net/tun",      "/dev/sda",  "/dev/vda",
                                        "/dev/vsock",   "/dev/loop-control", "/dev/ram0", "/dev/userfaultfd",
                                        "/dev/uinput",  "/dev/hpet",         "/dev/nvram", "/dev/watchdog"};

int main(void)
{
    char word[300];
    DIR *folder = opendir("/dev");
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        snprintf(word, sizeof word, " %s ", entry->d_name);
        if (!strstr(HARMLESS, word))
            escaped("/dev/%s is there", entry->d_name);
    }
    for (size_t at = 0; at < sizeof DANGEROUS / sizeof *DANGEROUS; at++)
        REFUSED(open(DANGEROUS[at], O_RDONLY | O_NONBLOCK));
    REFUSED(mknod("disk", S_IFBLK | 0600, makedev(8, 0)));
    REFUSED(mknod("memory", S_IFCHR | 0600, makedev(1, 1)));
    REFUSED(mknod("/dev/zoo-null", S_IFCHR | 0600, makedev(1, 3)));
    REFUSED(open("/dev/tty", O_RDWR));
    return verdict();
}
