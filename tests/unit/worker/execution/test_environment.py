from __future__ import annotations

import pytest

from shared.models.call import PINNED, Surroundings
from worker.execution.environment import at_a_terminal, environment


def test_only_the_repetition_differs_in_a_second_run() -> None:
    first = environment(PINNED, 0, "/home/user", "/tmp", ("/bin",))
    second = environment(PINNED, 1, "/home/user", "/tmp", ("/bin",))
    assert {name for name in first if first[name] != second[name]} == {"PYTHONHASHSEED"}


def test_surroundings_home_and_path_are_told() -> None:
    around = Surroundings(zone="Asia/Tokyo", locale="C", width=120, home="ada")
    told = environment(around, 0, "/home/ada", "/t", ("/a", "/b"))
    assert (told["TZ"], told["LC_ALL"], told["COLUMNS"], told["USER"]) == (b"Asia/Tokyo", b"C", b"120", b"ada")
    assert (told["PATH"], told["TMPDIR"], told["XDG_CONFIG_HOME"]) == (b"/a:/b", b"/t", b"/home/ada/.config")


def test_nothing_of_it_depends_on_our_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    before = environment(PINNED, 0, "/home/user", "/tmp", ("/bin",))
    for name in (*before, "LD_PRELOAD", "CANARY_TOKEN"):
        monkeypatch.setenv(name, "ours")
    assert environment(PINNED, 0, "/home/user", "/tmp", ("/bin",)) == before


def test_at_a_terminal_the_kind_is_told_and_the_size_is_not() -> None:
    before = environment(PINNED, 0, "/home/user", "/tmp", ("/bin",))
    told = at_a_terminal(before)
    assert told["TERM"] == b"xterm-256color"
    assert before.keys() - told.keys() == {"COLUMNS", "LINES", "NO_COLOR"}
    assert {name for name in told if told[name] != before[name]} == {"TERM"}
