"""Ten programs that do not end by themselves, each in another way; run inside a sandbox, standard library only.

python3 -c PROGRAM WAY
"""

from __future__ import annotations

WAYS = {
    "sleeps": "time.sleep(600)",
    "computes": "while True: pass",
    "ignores signals": """
for number in range(1, 32):
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_IGN)
while True: time.sleep(600)
""",
    "has a daemon": """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True: time.sleep(600)
    os._exit(0)
time.sleep(600)
""",
    "has fifty children": """
for number in range(50):
    if os.fork() == 0:
        while True: time.sleep(600)
os.wait()
""",
    "waits for a stopped child": """
child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGSTOP)
os.waitpid(child, 0)
""",
    "prints slowly": """
while True:
    print("still here" * 10, flush=True)
    time.sleep(0.005)
""",
    "reads a pipe that nobody writes to": """
os.mkfifo("pipe")
open("pipe").read()
""",
    "has threads in a deadlock": """
first, second = threading.Lock(), threading.Lock()
both = threading.Barrier(2)
def take(one, other):
    with one:
        both.wait()
        with other: pass
threads = [threading.Thread(target=take, args=pair) for pair in ((first, second), (second, first))]
for thread in threads: thread.start()
for thread in threads: thread.join()
""",
    "leaves a child that holds the output": """
if os.fork():
    os._exit(0)
os.setsid()
signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True: time.sleep(600)
""",
}
ENDS_BY_ITSELF = frozenset({"leaves a child that holds the output"})


def program(way: str) -> bytes:
    """Give the program for Python's `-c`."""
    return f"import os, signal, sys, threading, time\n{WAYS[way]}".encode()
