/* Tries: to keep its streams open in a message that is under way for ever. Must: end when it ends. */
#include "zoo.h"
#include <sys/socket.h>

int main(void)
{
    int ends[2];
    int streams[] = {1, 2};
    char room[CMSG_SPACE(sizeof streams)] = {0};
    struct iovec word = {"x", 1};
    struct msghdr message = {.msg_iov = &word, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof streams);
    memcpy(CMSG_DATA(head), streams, sizeof streams);
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    REFUSED(sendmsg(ends[0], &message, 0) < 0 ? 0 : -1);
    memcpy(CMSG_DATA(head), ends, sizeof ends);
    REFUSED(sendmsg(ends[0], &message, 0) < 0 ? 0 : -1); /* the socket holds itself now */
    return verdict();
}
