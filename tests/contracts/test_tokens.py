"""What every way to wake workers keeps, whatever it is made of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.interfaces.tokens import NoTokens, Tokens
from shared.models.job import StageName
from shared.tokens import CeleryTokens, TokensUnavailableError
from tests.fakes.tokens import FakeTokens
from tests.integration.servers import free_port, redis_server
from worker.embedded import LocalTokens


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.fixture(params=["fake", "local", "none", pytest.param("celery", marks=pytest.mark.slow)])
def tokens(request: pytest.FixtureRequest) -> Iterator[Tokens]:
    made: Tokens
    match request.param:
        case "fake":
            made = FakeTokens()
        case "local":
            made = LocalTokens()
        case "none":
            made = NoTokens()
        case _:
            made = CeleryTokens(request.getfixturevalue("redis_url"))
    yield made
    made.close()


def test_what_was_sent_waits_to_be_taken(tokens: Tokens) -> None:
    before = tokens.waiting(StageName.VERIFY)
    sent = tokens.send([StageName.VERIFY, StageName.VERIFY, StageName.REPORT])
    assert tokens.waiting(StageName.VERIFY) - before == (2 if sent else 0), "it wakes everybody or nobody"
    assert sent in {0, 3}


def test_sending_nothing_is_no_harm(tokens: Tokens) -> None:
    assert tokens.send([]) == 0


def test_a_ping_says_that_all_is_well(tokens: Tokens) -> None:
    tokens.ping()


def test_closing_twice_is_no_harm(tokens: Tokens) -> None:
    tokens.close()
    tokens.close()


def test_a_broker_that_is_away_loses_tokens_and_raises_nothing() -> None:
    tokens = CeleryTokens(f"redis://:secret@127.0.0.1:{free_port()}/0")
    assert tokens.send([StageName.ANALYZE]) == 0
    for ask in (tokens.ping, lambda: tokens.waiting(StageName.ANALYZE)):
        with pytest.raises(TokensUnavailableError) as caught:
            ask()
        assert "secret" not in caught.value.message
    tokens.close()
