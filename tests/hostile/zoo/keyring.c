/* Tries: to keep something in the kernel's keyrings, and to find what others keep there. Must: be refused. */
#include "zoo.h"
#include <linux/keyctl.h>

static const int RINGS[] = {KEY_SPEC_THREAD_KEYRING, KEY_SPEC_PROCESS_KEYRING, KEY_SPEC_SESSION_KEYRING,
                            KEY_SPEC_USER_KEYRING, KEY_SPEC_USER_SESSION_KEYRING};

int main(void)
{
    for (size_t at = 0; at < sizeof RINGS / sizeof *RINGS; at++) {
        if (syscall(SYS_add_key, "user", "zoo", "planted", 7, RINGS[at]) != -1)
            escaped("a key can be added to ring %d", RINGS[at]);
        if (syscall(SYS_keyctl, KEYCTL_SEARCH, RINGS[at], "user", "zoo", 0) != -1)
            escaped("ring %d can be searched", RINGS[at]);
    }
    REFUSED(syscall(SYS_request_key, "user", "zoo", NULL, 0));
    REFUSED(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "zoo"));
    return verdict();
}
