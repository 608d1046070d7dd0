/* Tries: to make its system calls by io_uring, past every filter of them. Must: get no ring. */
#include "zoo.h"
#include <linux/io_uring.h>

int main(void)
{
    struct io_uring_params words = {0};
    REFUSED(syscall(SYS_io_uring_setup, 4, &words));
    return verdict();
}
