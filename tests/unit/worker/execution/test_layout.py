from __future__ import annotations

from pathlib import Path

import pytest

from shared.models.call import PINNED, Surroundings
from shared.models.job import Network
from worker.execution import layout
from worker.execution.hidden import Hidden


def test_of_the_settings_only_known_and_harmless_ones_are_shown() -> None:
    shown = layout.settings()
    assert all(Path(path).exists() for path in shown)
    secrets = ("/etc", "/etc/passwd", "/etc/shadow", "/etc/ssl", "/etc/ssh", "/etc/machine-id", "/etc/hosts")
    assert not set(shown) & set(secrets)


def test_who_and_where_one_is_is_made_up() -> None:
    files = layout.made_up(Surroundings(home="ada", host="engine"), Network.OFF)
    assert b"ada:x:1000:1000::/home/ada:/bin/sh\n" in files["/etc/passwd"]
    assert b"engine" in files["/etc/hosts"]
    assert b"dns" not in files["/etc/nsswitch.conf"]
    assert "/etc/resolv.conf" not in files
    own = Path("/etc/machine-id")
    assert not own.exists() or files["/etc/machine-id"] != own.read_bytes()


def test_every_folder_that_can_be_written_to_has_a_size() -> None:
    words = list(layout.own_words(PINNED, 5 << 20))
    assert words.count("--tmpfs") == words.count("--size") == 4
    assert {words[at + 1] for at, word in enumerate(words) if word == "--tmpfs"} == {
        "/tmp",
        "/dev/shm",
        "/case",
        "/home/user",
    }
    assert {words[at + 1] for at, word in enumerate(words) if word == "--size"} == {str(5 << 20)}


def test_where_they_are_renewed_there_is_only_a_place_for_each() -> None:
    words = list(layout.own_words(PINNED, None))
    assert words[4:8] == ["--perms", "0755", "--dir", "/case"]
    assert words.count("--dir") == 5
    assert "--tmpfs" not in words


def test_what_is_shown_comes_before_what_hides_parts_of_it() -> None:
    shown = layout.Shown(
        binds=("/opt/frob",),
        links=(("/opt/current", "frob"),),
        hidden=Hidden(folders=("/opt/frob/.testronaut",), files=("/opt/frob/key",)),
    )
    words = list(layout.shown_words(shown))
    assert words.index("/opt/frob") < words.index("/opt/frob/.testronaut") < words.index("/opt/frob/key")
    assert words[:3] == ["--symlink", "frob", "/opt/current"]
    assert words[-5:-3] == ["--remount-ro", "/opt/frob/.testronaut"]


def test_folders_on_the_way_are_made_open_and_each_before_what_lies_in_it() -> None:
    words = list(layout.bind_words(["/srv/a/b", "/srv/c"]))
    assert words[:8] == ["--perms", "0755", "--dir", "/srv", "--perms", "0755", "--dir", "/srv/a"]


@pytest.mark.parametrize("name", ["usr", "tmp", "proc", "dev", "home", "lib64"])
def test_no_call_is_made_in_a_folder_of_the_system(name: str) -> None:
    assert layout.is_taken(Surroundings(folder=name))
    assert not layout.is_taken(PINNED)
