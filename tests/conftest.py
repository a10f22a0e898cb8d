"""Fixtures for everybody: a real server for each test process, empty before each test."""

from collections.abc import Iterator

import pytest
import redis

from service.supervision.valkey import EmbeddedValkey


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The `unix://` address of a server that lives as long as this test process."""
    with EmbeddedValkey(tmp_path_factory.mktemp("data")) as server:
        yield server.url


@pytest.fixture
def redis_url(valkey_url: str) -> str:
    """The address of the server, emptied."""
    with redis.Redis.from_url(valkey_url) as client:
        client.flushall()
    return valkey_url
