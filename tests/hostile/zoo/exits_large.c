/* Tries: to exit with a number that has no room in a status. Must: be told as the kernel tells it. */
#include "zoo.h"

int main(void) { syscall(SYS_exit_group, 256 * 4711 + 7); }
