from __future__ import annotations

import pytest

from shared.models.cli_tool import Command, Option
from tests.fakes.executor import Answer
from tests.unit.worker.analysis.asked import Frob
from worker.analysis.version import Version, find_version

VERSION = Option(names=("-V", "--version"), description="show the version")


def found(says: dict[str, Answer], root: Command) -> tuple[Version | None, list[str]]:
    frob = Frob(says)
    return find_version(frob.asker(), root), frob.asked


def test_asks_in_the_documented_way_first() -> None:
    version, asked = found({"--version": b"\nfrob 2.1\nLicence: none\n"}, Command(options=(VERSION,)))

    assert asked == ["--version"]
    assert version is not None
    assert (version.line, version.argv) == ("frob 2.1", (b"--version",))


def test_asks_in_usual_ways_where_none_is_documented() -> None:
    version, asked = found({"-V": (0, b"", b"frob 2.1\n")}, Command())

    assert asked == ["--version", "-V"]
    assert version is not None
    assert version.argv == (b"-V",)


def test_a_short_option_asks_for_the_version_only_where_it_says_so() -> None:
    verbose = Option(names=("-v",), description="be verbose")
    version = Option(names=("-v",), description="print the version and exit")

    assert found({"-v": b"frob 2.1\n"}, Command(options=(verbose,)))[0] is None
    assert found({"-v": b"frob 2.1\n"}, Command(options=(version,)))[0] is not None


def test_a_command_may_tell_the_version() -> None:
    version, _ = found({"version": b"frob version 7\n"}, Command(subcommands=("version",)))

    assert version is not None
    assert (version.line, version.argv) == ("frob version 7", (b"version",))


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"hello\n",
        b"usage: frob [-x 1.5]\n",
        (2, b"", b"frob: unrecognized option '--version'\nfrob 2.1\n"),
    ],
)
def test_takes_nothing_else_for_a_version(said: Answer) -> None:
    assert found({"--version": said}, Command(options=(VERSION,)))[0] is None
