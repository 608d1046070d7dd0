/* Tries: to flood without writing: pages of its memory and of endless devices are moved into the pipe. Must: end. */
#include "zoo.h"
#include <sys/sendfile.h>
#include <sys/uio.h>

int main(void)
{
    static char page[1 << 16];
    struct iovec part = {page, sizeof page};
    int endless = open("/dev/zero", O_RDONLY);
    for (;;) {
        vmsplice(1, &part, 1, 0);
        splice(endless, NULL, 1, NULL, sizeof page, 0);
        if (sendfile(1, endless, NULL, sizeof page) < 0 && vmsplice(1, &part, 1, 0) < 0)
            return 1;
    }
}
