"""The terminal of the commands, for those that move a site; and where to, when the tests run on a cluster."""

from collections.abc import Iterator

import pytest
import redis

from service.supervision.valkey import EmbeddedValkey
from tests.commands.conftest import terminal
from tests.transfer.sites import beside_cluster

__all__ = ["terminal"]


@pytest.fixture(scope="session", autouse=True)
def server_beside_cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """One more server; nothing where the tests run on one, which has several databases."""
    if not request.config.getoption("--cluster"):
        yield
        return
    with EmbeddedValkey(tmp_path_factory.mktemp("beside")) as server:
        beside_cluster.append(server.url)
        yield
        beside_cluster.clear()


@pytest.fixture(autouse=True)
def empty_beside_cluster() -> None:
    for url in beside_cluster:
        with redis.Redis.from_url(url) as client:
            client.flushall()
