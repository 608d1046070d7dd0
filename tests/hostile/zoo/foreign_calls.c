/* Tries: by 32-bit and x32 system calls what is refused to 64-bit ones. Must: be refused there, too. */
#include "zoo.h"
#include <linux/io_uring.h>
#include <sys/mman.h>

#ifdef __x86_64__
static char *low; /* memory that a 32-bit address reaches */

static int by_int80(long number)
{
    long answer = number;
    memset(low, 0, 4096);
    strcpy(low + 2048, "user");
    long first = number == 425 ? 1 : number == 288 ? 0 : (long)low + 2048;
    long second = number == 288 ? -4 : (long)low;
    __asm__ volatile("int $0x80" : "+a"(answer) : "b"(first), "c"(second), "d"(1L), "S"(0L), "D"(-4L) : "memory");
    return answer >= 0;
}

static int by_x32(long number) { return syscall(0x40000000L | number, 1L, low, 0, 0, 0) >= 0; }

int main(void)
{
    low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (comes_true(by_int80, 288))
        escaped("keyctl by int 0x80");
    if (comes_true(by_int80, 425))
        escaped("io_uring_setup by int 0x80");
    if (comes_true(by_x32, SYS_io_uring_setup))
        escaped("io_uring_setup by x32");
    return verdict();
}
#else
int main(void) { return verdict(); }
#endif
