/* Tries: to load a program into the kernel, and to keep a map there. Must: be refused. */
#include "zoo.h"
#include <linux/bpf.h>

int main(void)
{
    struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
                              {.code = BPF_JMP | BPF_EXIT}};
    union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    union bpf_attr program = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
                              .insn_cnt = 2,
                              .insns = (unsigned long)code,
                              .license = (unsigned long)"MIT"};
    REFUSED(syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map));
    REFUSED(syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof program));
    return verdict();
}
