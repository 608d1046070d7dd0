"""What a call reads, and the terminal that it has: what they are in JSON, and in the call's identity."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shared.models.call import BlobRef, Call, FileInput, InputKind, SpecialInput, Terminal

KINDS = [
    Call(),
    Call(stdin=b""),
    Call(stdin=b"silent"),
    Call(stdin=b"\xff\0"),
    Call(stdin=BlobRef.of(b"x")),
    *(Call(stdin=SpecialInput(kind=kind)) for kind in InputKind),
    Call(stdin=FileInput(file=b"silent")),
    Call(stdin=FileInput(file=b"deep/\xff")),
    Call(tty=Terminal()),
    Call(tty=Terminal(columns=132)),
    Call(tty=Terminal(), stdin=b"silent"),
]


@pytest.mark.parametrize("call", KINDS)
def test_every_kind_of_input_is_the_same_after_json(call: Call) -> None:
    assert Call.model_validate_json(call.model_dump_json()) == call
    assert Call.model_validate_json(call.model_dump_json(exclude_defaults=True)) == call


def test_every_kind_of_input_makes_another_call() -> None:
    assert len({call.digest() for call in KINDS}) == len(KINDS)


@pytest.mark.parametrize(
    ("digest", "given"),
    [
        ("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", {}),
        ("79c089f961549593aa5dfbb625f780b1005cd3432b06c5e038bc15ee4f4649b3", {"stdin": "x"}),
        ("b3d480cdfb7ab050650ec7c276e801c412256282274c7c93cd7cdba995d964b4", {"stdin": {"base64": "/w=="}}),
        ("e56ab2b025a0eb8d46268e58b576a48c6d6d7974fda9890db09bfe92c17f15af", {"stdin": {"blob": "0" * 64, "size": 3}}),
    ],
)
def test_calls_are_named_as_before_there_were_kinds_of_input(digest: str, given: dict[str, object]) -> None:
    assert Call.model_validate(given).digest() == digest


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"stdin": {"kind": "loud"}}, "silent"),
        ({"stdin": {"kind": "silent", "more": 1}}, "Extra inputs"),
        ({"stdin": {"file": "/etc/passwd"}}, "not a path below"),
        ({"stdin": {"file": "../up"}}, "not a path below"),
        ({"stdin": {"flie": "x"}}, "valid bytes"),
        ({"tty": {"columns": 0}}, "greater than or equal"),
        ({"tty": {"rows": 5000}}, "less than or equal"),
    ],
)
def test_a_wrong_input_is_refused_for_what_is_wrong_with_it(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Call.model_validate(given)
