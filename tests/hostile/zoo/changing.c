/* Tries: to change its files while they are read, by processes that it leaves. Must: be read as one of its states. */
#include "zoo.h"

static void change(void)
{
    setsid();
    for (int turn = 0;; turn++) {
        unlink("moving");
        if (turn % 2) {
            if (symlink("/etc/passwd", "moving"))
                continue;
        } else {
            int fd = open("moving", O_CREAT | O_WRONLY, 0644);
            if (write(fd, turn % 4 ? "aaaa" : "bbbbbbbb", turn % 4 ? 4 : 8) < 0)
                _exit(1);
            close(fd);
        }
        int fd = open("growing", O_CREAT | O_WRONLY | O_APPEND, 0644);
        if (turn < 5000 && write(fd, "growing ", 8) < 0)
            _exit(1);
        close(fd);
    }
}

int main(void)
{
    for (int each = 0; each < 2; each++)
        if (child() == 0)
            change();
    usleep(30000);
    return verdict();
}
