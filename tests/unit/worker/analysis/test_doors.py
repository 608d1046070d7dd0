from __future__ import annotations

import pytest

from shared.models.call import Call
from tests.unit.worker.analysis.asked import Frob
from worker.analysis.doors import Door, Page, better, read_page

HELP = b"usage: frob [-q] FILE\n\noptions:\n  -q   say nothing\n"


def page(said: bytes | tuple[int, bytes, bytes], word: str = "--help") -> Page | None:
    answer = Frob({word: said}).asker().ask(Call(argv=(word.encode(),)))
    return read_page(answer, Door.LONG, ["frob"])


@pytest.mark.parametrize("said", [HELP, (0, b"", HELP), (1, HELP, b""), (129, b"", HELP), (255, b"note\n", HELP)])
def test_help_is_known_by_its_look_not_by_exit_code_or_stream(said: bytes | tuple[int, bytes, bytes]) -> None:
    found = page(said)

    assert found is not None
    assert {claim.names for claim in found.reading.options} == {("-q",)}


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"--help\n",
        b"--help --help\n",
        b"hello, world\n",
        (1, b"", b"frob: --help: No such file or directory\n"),
        (2, b"", b"frob: error: unrecognized arguments: --help\n"),
    ],
)
def test_what_is_no_help_is_known_too(said: bytes | tuple[int, bytes, bytes]) -> None:
    assert page(said) is None


def test_a_usage_line_behind_a_refusal_is_better_than_nothing() -> None:
    refused = page((1, b"", b"frob: unknown option -- -\nusage: frob [-q] FILE\n"))
    helped = page(HELP)

    assert refused is not None
    assert refused.is_refusal
    assert better(refused, helped) is helped
    assert better(refused, None) is refused


def test_a_manual_page_gives_way_to_a_list_of_options() -> None:
    manual = page(
        b"FROB(1)           Manual           FROB(1)\n\nNAME\n  frob\n\nSYNOPSIS\n  frob [-a] [-b] [-c] [-d]\n"
    )

    assert manual is not None
    assert manual.is_manual
    assert better(manual, page(HELP)) == page(HELP)


@pytest.mark.parametrize(
    ("door", "argv"),
    [
        (Door.LONG, (b"remote", b"add", b"--help")),
        (Door.SHORT, (b"remote", b"add", b"-h")),
        (Door.WORD, (b"help", b"remote", b"add")),
        (Door.WORD_BEHIND, (b"remote", b"add", b"help")),
    ],
)
def test_each_door_has_its_words(door: Door, argv: tuple[bytes, ...]) -> None:
    assert door.argv(("remote", "add")) == argv
