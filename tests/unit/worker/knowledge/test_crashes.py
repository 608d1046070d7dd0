"""Tracebacks, panics and uncaught exceptions, as their runtimes print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.knowledge.crashes import Language, find_crash, signal_name

PYTHON = """\
Traceback (most recent call last):
  File "/usr/bin/frob", line 33, in <module>
    sys.exit(main())
             ^^^^^^
  File "/usr/lib/python3/dist-packages/frob/cli.py", line 9, in main
    open(x)
FileNotFoundError: [Errno 2] No such file or directory: 'x'
"""
CHAINED = (
    PYTHON
    + "\nDuring handling of the above exception, another exception occurred:\n\n"
    + PYTHON.replace("FileNotFoundError: [Errno 2] No such file or directory: 'x'", "frob.errors.FrobError")
)
RUST = "thread 'main' panicked at src/main.rs:2:5:\nindex out of bounds\nnote: run with `RUST_BACKTRACE=1`\n"
RUST_OLD = "thread 'main' panicked at 'index out of bounds', src/main.rs:2:5\n"
RUST_NEW = "thread 'main' (4711) panicked at src/main.rs:2:5:\nindex out of bounds\n"
GO = """\
panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.frob({0x1, 0x2})
\t/home/x/frob.go:9 +0x1d
main.main()
\t/home/x/main.go:4 +0x2
exit status 2
"""
JAVA = """\
Exception in thread "main" java.lang.ArrayIndexOutOfBoundsException: Index 3 out of bounds for length 1
\tat org.frob.Frob.cut(Frob.java:7)
\tat org.frob.Main.main(Main.java:3)
"""
NODE = """\
node:fs:573
  return binding.open(
                 ^

Error: ENOENT: no such file or directory, open 'nope'
    at Object.openSync (node:fs:573:18)
    at Object.<anonymous> (/usr/lib/node_modules/frob/cli.js:1:27)
    at node:internal/main/run_main_module:28:49 {
  errno: -2
}

Node.js v20.20.2
"""


@pytest.mark.parametrize(
    ("text", "language", "exception", "place"),
    [
        (PYTHON, Language.PYTHON, "FileNotFoundError", "frob/cli.py:main"),
        (CHAINED, Language.PYTHON, "frob.errors.FrobError", "frob/cli.py:main"),
        (RUST, Language.RUST, "panic", "src/main.rs:"),
        (RUST_OLD, Language.RUST, "panic", "src/main.rs:"),
        (RUST_NEW, Language.RUST, "panic", "src/main.rs:"),
        (GO, Language.GO, "panic", "x/frob.go:main.frob"),
        (JAVA, Language.JAVA, "java.lang.ArrayIndexOutOfBoundsException", "org.frob.Frob"),
        (NODE, Language.NODE, "Error", "frob/cli.js:Object.<anonymous>"),
    ],
)
def test_a_breakdown_is_found_with_its_innermost_place(
    text: str, language: Language, exception: str, place: str
) -> None:
    crash = find_crash("some output before\n" + text)
    assert crash is not None
    assert (crash.language, crash.exception) == (language, exception)
    assert place in crash.signature.split(" ", 1)[1].split(" ")[0]


def test_the_signature_does_not_change_with_line_or_message_or_place() -> None:
    moved = PYTHON.replace("line 9", "line 12").replace("'x'", "'y'").replace("/usr/lib/python3", "/opt/lib/python3")
    one, other = find_crash(PYTHON), find_crash(moved)
    assert one is not None
    assert other is not None
    assert one.signature == other.signature


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FileNotFoundError: x",
        "Traceback (most recent call last):\n",
        "See the Traceback (most recent call last): in the manual",
        "panic: at the disco\n",
        "Error: file not found\nNode is not involved",
        "Exception in thread: what a nice thread",
        "thread 'main' panicked about deadlines",
    ],
)
def test_a_text_that_merely_speaks_of_a_breakdown_is_none(text: str) -> None:
    assert find_crash(text) is None


@given(
    st.text() | st.lists(st.sampled_from([*PYTHON.splitlines(), *GO.splitlines(), *NODE.splitlines()])).map("\n".join)
)
def test_no_text_raises_anything(text: str) -> None:
    find_crash(text)


def test_signals_have_names() -> None:
    assert signal_name(11) == "SIGSEGV"
    assert signal_name(99) == "signal 99"
