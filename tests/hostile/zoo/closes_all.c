/* Tries: to be taken for ended, as its streams are closed. Must: be waited for, and its code be told. */
#include "zoo.h"

int main(void)
{
    close(0);
    close(1);
    close(2);
    usleep(150000);
    return 7;
}
