/* Tries: to find by their names the keys of whoever started it: NAME. Must: find none in any ring. */
#include "zoo.h"
#include <linux/keyctl.h>

int main(int count, char **words)
{
    char content[64] = "";
    const int rings[] = {KEY_SPEC_SESSION_KEYRING, KEY_SPEC_USER_KEYRING, KEY_SPEC_USER_SESSION_KEYRING};
    for (size_t at = 0; count > 1 && at < sizeof rings / sizeof *rings; at++) {
        long key = syscall(SYS_keyctl, KEYCTL_SEARCH, rings[at], "user", words[1], 0);
        if (key != -1 && syscall(SYS_keyctl, KEYCTL_READ, key, content, sizeof content - 1) >= 0)
            escaped("ring %d holds %s", rings[at], content);
    }
    return verdict();
}
