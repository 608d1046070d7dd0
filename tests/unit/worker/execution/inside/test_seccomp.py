"""The filter for system calls, judged by a small machine that runs its program as the kernel does."""

from __future__ import annotations

import struct

import pytest

from worker.execution.inside import seccomp

X86_64, I386, AARCH64, ARM = 0xC000003E, 0x40000003, 0xC00000B7, 0x40000028
ALLOWED, ENDED = 0x7FFF0000, 0x80000000
EPERM, ENOSYS, EAFNOSUPPORT = (0x00050000 | number for number in (1, 38, 97))


def judged(architecture: int, number: int, *arguments: int, machine: str = "x86_64") -> int:
    """Run the program over one system call, by the rules of seccomp(2) and bpf(4)."""
    words = [*arguments, *[0] * (6 - len(arguments))]
    given = struct.pack("<IIQ6Q", number, architecture, 0, *words)
    program = list(struct.iter_unpack("HBBI", seccomp.assembled(seccomp._AUDITED[machine])))
    at, held = 0, 0
    while True:
        code, if_true, if_false, value = program[at]
        at += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            (held,) = struct.unpack_from("<I", given, value)
            continue
        is_true = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[code]
        at += if_true if is_true else if_false


@pytest.mark.parametrize(
    ("machine", "architecture"), [("x86_64", X86_64), ("x86_64", I386), ("aarch64", AARCH64), ("aarch64", ARM)]
)
def test_each_architecture_of_a_machine_has_the_same_rules(machine: str, architecture: int) -> None:
    calls = dict(seccomp._AUDITED[machine])[architecture]

    def judge(name: str, *arguments: int) -> int:
        return judged(architecture, calls[name], *arguments, machine=machine)

    refused = ("add_key", "keyctl", "bpf", "perf_event_open", "userfaultfd", "open_by_handle_at", "kexec_load", "setns")
    assert {judge(name) for name in refused} == {EPERM}
    assert {judge(name) for name in ("io_uring_setup", "io_uring_enter", "clone3")} == {ENOSYS}
    assert (judge("clone", 17), judge("clone", 0x10000000 | 17), judge("unshare", 0x10000000)) == (
        ALLOWED,
        EPERM,
        EPERM,
    )
    assert (judge("unshare", 0x00020000), judge("socket", 2), judge("socket", 40)) == (ALLOWED, ALLOWED, EAFNOSUPPORT)
    assert judge("ioctl", 0, 0x5401) == ALLOWED
    assert {judge("ioctl", 0, request) for request in (0x5412, 0x541C, 0x1_0000_5412)} == {EPERM}
    assert {judge("personality", how) for how in (0, 8, 0x20000, 0x40000, 0xFFFFFFFF)} == {ALLOWED}
    assert {judge("personality", how) for how in (1, 0x0400000, 0x60000)} == {EPERM}


@pytest.mark.parametrize(
    ("pid", "new", "expected"),
    [(0, 1, ALLOWED), (1, 0, ALLOWED), (1, 1, EPERM), (7, 1 << 32, EPERM), (0, 0, ALLOWED)],
)
def test_limits_are_set_for_oneself_alone_and_read_of_everybody(pid: int, new: int, expected: int) -> None:
    assert judged(X86_64, 302, pid, 7, new) == expected


def test_every_other_call_passes_and_every_other_architecture_ends_the_process() -> None:
    assert {judged(X86_64, number) for number in (0, 1, 2, 59, 231)} == {ALLOWED}
    assert judged(AARCH64, 0) == ENDED
    assert judged(X86_64, 0x40000000 | 248) == ENOSYS


@pytest.mark.parametrize("machine", seccomp._AUDITED)
def test_no_jump_is_too_far_for_a_byte(machine: str) -> None:
    program = seccomp.assembled(seccomp._AUDITED[machine])
    rules = list(struct.iter_unpack("HBBI", program))
    assert len(rules) < 4096
    for at, (code, if_true, if_false, _) in enumerate(rules):
        if code not in {0x06, 0x20}:
            assert at + 1 + max(if_true, if_false) < len(rules)
