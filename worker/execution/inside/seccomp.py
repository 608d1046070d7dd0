"""A filter for system calls that no namespace separates: what a call leaves there, the next or the host would find.

A small classic BPF program, assembled here so that no library is needed. It covers the kernel's own architecture and
the 32-bit one beside it, since a tool may be of either. Sources of the rules: seccomp(2), the list of
docs.docker.com/engine/security/seccomp, CVE-2019-10063 (a request to a terminal is to be compared in 32 bits).
"""

from __future__ import annotations

import ctypes
import os
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_AT, _SECOND_AT, _THIRD_AT = 0, 4, 16, 24, 32
_NOT_PERMITTED, _NOT_THERE, _NO_FAMILY = 1, 38, 97
_FOREIGN_NUMBERS = 0x40000000
_NEW_USER = 0x10000000
_PUSH_INPUT, _CONSOLE = 0x5412, 0x541C
_TO_HYPERVISOR = 40
_QUERY = 0xFFFFFFFF
# Of its personalities a tool may take the common one and that of 32 bits, each with fixed addresses, as under Docker.
_PERSONALITIES = (0, 8, 0x20000, 0x20008, 0x40000, 0x40008, _QUERY)
_SET_FILTER, _FILTER = 22, 2

# Keyrings, bpf, perf events, page faults in user space, files by handle, the kernel's image and modules, namespaces.
_REFUSED_NAMES = (
    *("add_key", "request_key", "keyctl", "bpf", "perf_event_open", "userfaultfd", "open_by_handle_at"),
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "setns"),
)
# Asynchronous calls would pass this filter; clone3 keeps its flags where it cannot look. Both have a way around them.
# So do the calls of an old 32-bit program for sockets.
_MISSING_NAMES = ("io_uring_setup", "io_uring_enter", "io_uring_register", "clone3", "socketcall")

_X86_64 = {
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "bpf": 321,
    "perf_event_open": 298,
    "userfaultfd": 323,
    "open_by_handle_at": 304,
    "kexec_load": 246,
    "kexec_file_load": 320,
    "init_module": 175,
    "finit_module": 313,
    "delete_module": 176,
    "setns": 308,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "clone3": 435,
    "clone": 56,
    "unshare": 272,
    "ioctl": 16,
    "socket": 41,
    "personality": 135,
    "prlimit64": 302,
}
_I386 = {
    "add_key": 286,
    "request_key": 287,
    "keyctl": 288,
    "bpf": 357,
    "perf_event_open": 336,
    "userfaultfd": 374,
    "open_by_handle_at": 342,
    "kexec_load": 283,
    "init_module": 128,
    "finit_module": 350,
    "delete_module": 129,
    "setns": 346,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "clone3": 435,
    "clone": 120,
    "unshare": 310,
    "ioctl": 54,
    "socket": 359,
    "socketcall": 102,
    "personality": 136,
    "prlimit64": 340,
}
_AARCH64 = {
    "add_key": 217,
    "request_key": 218,
    "keyctl": 219,
    "bpf": 280,
    "perf_event_open": 241,
    "userfaultfd": 282,
    "open_by_handle_at": 265,
    "kexec_load": 104,
    "kexec_file_load": 294,
    "init_module": 105,
    "finit_module": 273,
    "delete_module": 106,
    "setns": 268,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "clone3": 435,
    "clone": 220,
    "unshare": 97,
    "ioctl": 29,
    "socket": 198,
    "personality": 92,
    "prlimit64": 261,
}
_ARM = {
    "add_key": 309,
    "request_key": 310,
    "keyctl": 311,
    "bpf": 386,
    "perf_event_open": 364,
    "userfaultfd": 388,
    "open_by_handle_at": 371,
    "kexec_load": 347,
    "kexec_file_load": 401,
    "init_module": 128,
    "finit_module": 379,
    "delete_module": 129,
    "setns": 375,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "clone3": 435,
    "clone": 120,
    "unshare": 337,
    "ioctl": 54,
    "socket": 281,
    "personality": 136,
    "prlimit64": 369,
}
_AUDITED = {
    "x86_64": ((0xC000003E, _X86_64), (0x40000003, _I386)),
    "aarch64": ((0xC00000B7, _AARCH64), (0x40000028, _ARM)),
}

FILTERED = frozenset(_AUDITED)

Rule = tuple[int, int, int, int]


def install() -> bool:
    """Put this process and all that it begins under the filter; False where there is none for this machine.

    Raises:
        OSError: the kernel refuses it.

    """
    architectures = _AUDITED.get(os.uname().machine)
    if architectures is None:
        return False
    compiled = assembled(architectures)
    buffer = ctypes.create_string_buffer(compiled, len(compiled))
    program = struct.pack("HxxxxxxP", len(compiled) // 8, ctypes.addressof(buffer))
    if ctypes.CDLL(None, use_errno=True).prctl(_SET_FILTER, _FILTER, ctypes.create_string_buffer(program), 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, f"the filter for system calls: {os.strerror(number)}")
    return True


def assembled(architectures: Sequence[tuple[int, dict[str, int]]]) -> bytes:
    """Write the program: a part for each architecture, reached by its number; any other ends the process."""
    parts = [(number, _rules(calls)) for number, calls in architectures]
    rules: list[Rule] = [(_LOAD, 0, 0, _ARCHITECTURE_AT)]
    for number, part in parts:
        # A part ends by returning, so it is entered or jumped over.
        rules += [(_EQUAL, 0, len(part), number), *part]
    rules.append((_RETURN, 0, 0, _KILL))
    return b"".join(struct.pack("HBBI", *rule) for rule in rules)


def _rules(calls: dict[str, int]) -> list[Rule]:
    return [
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _FOREIGN_NUMBERS),
        _failing(_NOT_THERE),
        *_unconditional(calls, _REFUSED_NAMES, _NOT_PERMITTED),
        *_unconditional(calls, _MISSING_NAMES, _NOT_THERE),
        *_where(calls["clone"], _FIRST_AT, [(_ANY_BIT, _NEW_USER)], _NOT_PERMITTED),
        *_where(calls["unshare"], _FIRST_AT, [(_ANY_BIT, _NEW_USER)], _NOT_PERMITTED),
        *_where(calls["ioctl"], _SECOND_AT, [(_EQUAL, _PUSH_INPUT), (_EQUAL, _CONSOLE)], _NOT_PERMITTED),
        *_where(calls["socket"], _FIRST_AT, [(_EQUAL, _TO_HYPERVISOR)], _NO_FAMILY),
        *_of_others(calls["prlimit64"], _NOT_PERMITTED),
        *_unless(calls["personality"], _FIRST_AT, _PERSONALITIES, _NOT_PERMITTED),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _failing(error: int) -> Rule:
    return (_RETURN, 0, 0, 0x00050000 | error)


def _unconditional(calls: dict[str, int], names: Sequence[str], error: int) -> list[Rule]:
    numbers = [calls[name] for name in names if name in calls]
    return [rule for number in numbers for rule in ((_EQUAL, 0, 1, number), _failing(error))]


def _where(number: int, argument_at: int, tests: Sequence[tuple[int, int]], error: int) -> list[Rule]:
    """Refuse a call of which an argument passes one of the tests."""
    tried = [rule for test, value in tests for rule in ((test, 0, 1, value), _failing(error))]
    inner = [(_LOAD, 0, 0, argument_at), *tried, (_RETURN, 0, 0, _ALLOW)]
    return [(_EQUAL, 0, len(inner), number), *inner]


def _of_others(number: int, error: int) -> list[Rule]:
    """Refuse to set limits of another process, for it may be the one that is to tell of the tool; reading is free."""
    inner = [
        *((_LOAD, 0, 0, _FIRST_AT), (_EQUAL, 0, 1, 0), (_RETURN, 0, 0, _ALLOW)),
        *((_LOAD, 0, 0, _THIRD_AT), (_EQUAL, 0, 3, 0)),
        *((_LOAD, 0, 0, _THIRD_AT + 4), (_EQUAL, 0, 1, 0), (_RETURN, 0, 0, _ALLOW)),
        _failing(error),
    ]
    return [(_EQUAL, 0, len(inner), number), *inner]


def _unless(number: int, argument_at: int, allowed: Sequence[int], error: int) -> list[Rule]:
    """Refuse a call unless an argument has one of the values."""
    tried = [rule for value in allowed for rule in ((_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW))]
    inner = [(_LOAD, 0, 0, argument_at), *tried, _failing(error)]
    return [(_EQUAL, 0, len(inner), number), *inner]
