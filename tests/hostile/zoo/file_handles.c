/* Tries: to open files by their handles, past every folder: that of a known file, and that of the root. Must: fail. */
#include "zoo.h"

int main(void)
{
    struct file_handle *handle = malloc(sizeof *handle + MAX_HANDLE_SZ);
    int mount_id;
    int system = open("/usr", O_RDONLY | O_DIRECTORY);
    handle->handle_bytes = MAX_HANDLE_SZ;
    if (name_to_handle_at(AT_FDCWD, "/usr/bin/env", handle, &mount_id, 0) == 0)
        REFUSED(open_by_handle_at(system, handle, O_RDONLY));
    handle->handle_bytes = 8;
    handle->handle_type = 1;
    memcpy(handle->f_handle, "\2\0\0\0\0\0\0\0", 8);
    REFUSED(open_by_handle_at(system, handle, O_RDONLY | O_DIRECTORY));
    REFUSED(open_by_handle_at(AT_FDCWD, handle, O_RDONLY | O_DIRECTORY));
    return verdict();
}
