#!/usr/bin/env python3
"""Tries: nothing, it tells what a process is given besides its words. Must: be the same in each call."""

import ctypes
import os
import resource
import sys

GET = {"dumpable": 3, "keepcaps": 7, "timing": 13, "securebits": 27, "slack": 30, "no_new_privs": 39, "thp": 42}
IS_SEALED = "sealed" in sys.argv
WANTED = (
    "SigB",
    "SigI",
    "Cap",
    "NoNewPrivs",
    "Seccomp",
    "Groups",
    "Uid",
    "Gid",
    "Umask",
    "Cpus_allowed:",
    "Mems_allowed:",
)


def contents(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError as error:
        return f"{error.strerror}"


prctl = ctypes.CDLL(None).prctl
for name in sorted(name for name in dir(resource) if name.startswith("RLIMIT_")):
    if IS_SEALED or name != "RLIMIT_NPROC":  # elsewhere it counts what others run, too
        print(name, resource.getrlimit(getattr(resource, name)))
for name, number in GET.items():
    print(name, prctl(number, 0, 0, 0, 0))
for line in contents("/proc/self/status").splitlines():
    if line.startswith(WANTED):
        print(line)
for name in ("oom_score_adj", "coredump_filter", "personality", "sessionid", "loginuid", "attr/current"):
    print(name, contents(f"/proc/self/{name}").strip())
print("nice", os.nice(0), "policy", os.sched_getscheduler(0), "processors", sorted(os.sched_getaffinity(0)))
print("disk", ctypes.CDLL(None).syscall({"x86_64": 252, "aarch64": 31}.get(os.uname().machine, -1), 1, 0))
print("descriptors", sorted(os.listdir("/proc/self/fd"))[:3], "leader", os.getsid(0) == os.getpid() == os.getpgid(0))
print("names", os.uname().nodename, os.uname().machine, contents("/proc/sys/kernel/domainname").strip())
print("terminals", sorted(os.listdir("/dev/pts")) if IS_SEALED else "")
print("segments", contents("/proc/sysvipc/shm").count("\n") if IS_SEALED else "")
for name in sorted(os.environ):
    print(name, "=", os.environ[name] if IS_SEALED else "")
print("folder", os.getcwd() == os.environ.get("PWD", os.getcwd()))
