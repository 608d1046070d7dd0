/* Tries: to get a socket to whatever runs this machine as a guest, which no network namespace holds. Must: get none. */
#include "zoo.h"
#include <sys/socket.h>

int main(void)
{
    REFUSED(socket(AF_VSOCK, SOCK_STREAM, 0)); /* it is connected to nobody */
    return verdict();
}
