/* Tries: to speak to the runner's socket, whatever its number: an answer of its own making. Must: find no one there. */
#include "zoo.h"

int main(void)
{
    static const char answer[] = "\0\0\0\x1d" "d5:error13:zoo was here!!1e";
    for (int number = 3; number < 1024; number++) {
        if (write(number, answer, sizeof answer - 1) >= 0)
            escaped("descriptor %d takes it", number);
        if (fcntl(number, F_GETFD) >= 0)
            escaped("descriptor %d is there", number);
    }
    fputs(answer + 4, stderr);
    return verdict();
}
