/* Tries: to make namespaces of its own, in one of which it would be root. Must: be refused, whichever way it asks. */
#include "zoo.h"
#include <linux/sched.h>
#include <sched.h>

static int unshares(long what) { return unshare((int)what) == 0; }

static int clones(long what)
{
    long pid = syscall(SYS_clone, what | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    return pid > 0;
}

static int clones_anew(long what)
{
    struct clone_args words = {.flags = (unsigned long)what, .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &words, sizeof words);
    if (pid == 0)
        _exit(0);
    return pid > 0;
}

int main(void)
{
    const long kinds[] = {CLONE_NEWUSER, CLONE_NEWNS,  CLONE_NEWPID,    CLONE_NEWNET,
                          CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID};
    for (size_t at = 0; at < sizeof kinds / sizeof *kinds; at++) {
        if (comes_true(unshares, kinds[at]))
            escaped("unshare %lx", kinds[at]);
        if (comes_true(clones, kinds[at]))
            escaped("clone %lx", kinds[at]);
        if (comes_true(clones_anew, kinds[at]))
            escaped("clone3 %lx", kinds[at]);
    }
    return verdict();
}
