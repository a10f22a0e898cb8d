"""Fixtures for everybody: a real server for each test process, empty before each test."""

from collections.abc import AsyncIterator, Iterator

import pytest
import redis
from hypothesis import HealthCheck, settings

from service.supervision.valkey import EmbeddedValkey
from tests.running import Running, running

# A law is no less true on a machine that has much to do, and a run finds what the run before it found.
settings.register_profile(
    "busy", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy")


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The `unix://` address of a server that lives as long as this test process."""
    with EmbeddedValkey(tmp_path_factory.mktemp("data")) as server:
        yield server.url


@pytest.fixture(scope="session")
def valkey(valkey_url: str) -> Iterator[redis.Redis]:
    """A client of that server, made once: a new one for each test costs more than what it does."""
    with redis.Redis.from_url(valkey_url) as client:
        yield client


@pytest.fixture
def redis_url(valkey: redis.Redis, valkey_url: str) -> str:
    """The address of the server, emptied."""
    valkey.flushall()
    return valkey_url


@pytest.fixture
async def service(redis_url: str) -> AsyncIterator[Running]:
    """The whole service, judging what comes in."""
    async with running(redis_url) as made:
        yield made


@pytest.fixture
async def idle_service(redis_url: str) -> AsyncIterator[Running]:
    """The whole service without its worker: what is queued stays queued until the test judges it."""
    async with running(redis_url, validating=False) as made:
        yield made
