/* Tries: to read what the kernel says of this machine. Must: be refused. */
#include "zoo.h"
#include <sys/klog.h>

#define READ_ALL 3
#define SIZE 10

int main(void)
{
    char text[4096];
    REFUSED(klogctl(READ_ALL, text, sizeof text));
    REFUSED(klogctl(SIZE, NULL, 0));
    REFUSED(open("/dev/kmsg", O_RDONLY));
    REFUSED(open("/proc/kmsg", O_RDONLY));
    return verdict();
}
