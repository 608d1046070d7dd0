from __future__ import annotations

import pytest

from tests.unit.worker.knowledge.test_refusals import WORDINGS as MESSAGES
from worker.knowledge.wordings import WORDINGS, Wording

ALL = [wording for wordings in WORDINGS.values() for wording in wordings]


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("flag needs an argument: (?:{option}|{letter} in -)", "flag needs an argument: "),
        (r"{option} {an option} requires (?:an|\d+) arguments?", " requires "),
        (r"accepts (?:at least )?(?!0)\d+ arg\(s\), received 0", ", received "),
        (r"(?:too|(?:not|never) enough) words", " words"),
        ("unknown arguments?: {either}", "unknown argument"),
        (r"{option} wants [a-z ]{1,9}", " wants "),
        ("(?:this|that)", ""),
    ],
)
def test_the_keyword_is_the_longest_piece_that_must_be_there(text: str, keyword: str) -> None:
    assert Wording(text).keyword == keyword


@pytest.mark.parametrize("message", [message for message, *_ in MESSAGES])
def test_no_wording_that_fits_lacks_its_keyword(message: str) -> None:
    for line in (message, message.upper(), f"frob: error: {message}"):
        for wording in ALL:
            assert bool(wording.match(line, line.lower())) == bool(wording.pattern.match(line))
