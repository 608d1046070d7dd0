/* Tries: plant leaves keys in the kernel's keyrings. Must: look finds none of them. */
#include "zoo.h"
#include <linux/keyctl.h>

static const int RINGS[] = {KEY_SPEC_PROCESS_KEYRING, KEY_SPEC_SESSION_KEYRING, KEY_SPEC_USER_KEYRING,
                            KEY_SPEC_USER_SESSION_KEYRING};

int main(int count, char **words)
{
    int is_planting = count > 1 && !strcmp(words[1], "plant");
    for (size_t at = 0; at < sizeof RINGS / sizeof *RINGS; at++) {
        if (is_planting)
            syscall(SYS_add_key, "user", "zoo-kept", "planted", 7, RINGS[at]);
        else if (syscall(SYS_keyctl, KEYCTL_SEARCH, RINGS[at], "user", "zoo-kept", 0) != -1)
            escaped("a key was left in ring %d", RINGS[at]);
    }
    if (is_planting)
        return puts("planted") < 0;
    return verdict();
}
