"""A second server, to put backups back into."""

from collections.abc import Iterator

import pytest
import redis

from service.supervision.valkey import EmbeddedValkey


@pytest.fixture(scope="session")
def second_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedValkey(tmp_path_factory.mktemp("second")) as server:
        yield server.url


@pytest.fixture
def empty(second_server: str) -> str:
    """The address of a server that nobody has used."""
    with redis.Redis.from_url(second_server) as client:
        client.flushall()
    return second_server
