"""Fixtures for everybody: a real server for each test process, empty before each test."""

import signal
from collections.abc import AsyncIterator, Iterator

import pytest
import redis
from hypothesis import HealthCheck, settings

from service.supervision.valkey import EmbeddedValkey
from tests.running import Running, running
from tests.store.cluster import cluster
from tests.store.looking import connected
from tests.workers.receiving import Receiver, receiving

# A law is no less true on a machine that has much to do, and a run finds what the run before it found.
settings.register_profile(
    "busy", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy")


ONE_SERVER = "one_server"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--cluster`: the store is a cluster of three servers; see `make test-cluster`."""
    parser.addoption("--cluster", action="store_true", help="run on a cluster of three servers")


def pytest_configure(config: pytest.Config) -> None:
    # What a shell starts in the background ignores Ctrl-C, and so would all that tests start and interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", f"{ONE_SERVER}: looks straight into one server, so it needs just one")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--cluster"):
        skipped = pytest.mark.skip(reason="looks straight into one server")
        for item in items:
            if item.get_closest_marker(ONE_SERVER):
                item.add_marker(skipped)


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a store that lives as long as this test process: `unix://`, or of a cluster."""
    if request.config.getoption("--cluster"):
        with cluster(tmp_path_factory.mktemp("cluster")) as url:
            yield url
        return
    with EmbeddedValkey(tmp_path_factory.mktemp("data")) as server:
        yield server.url


@pytest.fixture(scope="session")
def valkey(valkey_url: str) -> Iterator[redis.Redis]:
    """A client of that store, made once: a new one for each test costs more than what it does."""
    with connected(valkey_url) as client:
        yield client


@pytest.fixture
def redis_url(valkey: redis.Redis, valkey_url: str) -> str:
    """The address of the store, emptied."""
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


@pytest.fixture
async def open_service(redis_url: str) -> AsyncIterator[Running]:
    """The whole service, and it may call this machine: a webhook's address may be one of its own."""
    async with running(redis_url, webhook_allow_private=True) as made:
        yield made


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver of webhooks that takes everything."""
    async with receiving() as made:
        yield made
