/* Tries: plant leaves terminals open in a daemon. Must: look finds none, and may open its own. */
#include "zoo.h"
#include <dirent.h>

int main(int count, char **words)
{
    char name[64];
    int is_planting = count > 1 && !strcmp(words[1], "plant");
    int seen = 0;
    DIR *folder = opendir("/dev/pts");
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        seen += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
    for (int each = 0; each < (is_planting ? 20 : 1); each++)
        if (posix_openpt(O_RDWR | O_NOCTTY) < 0)
            puts("none can be opened");
    if (is_planting) {
        if (fork() == 0) {
            setsid();
            pause();
        }
        return puts("planted") < 0;
    }
    snprintf(name, sizeof name, "%d were left", seen);
    if (seen)
        escaped("%s", name);
    return verdict();
}
