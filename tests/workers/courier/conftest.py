"""A courier whose clock a test moves, and the service for whose webhooks it calls this machine."""

import pytest

from tests.running import Running
from tests.workers.courier.hooks import Clock, private_client
from workers.courier import Courier


@pytest.fixture
def service(open_service: Running) -> Running:
    return open_service


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def courier(service: Running, clock: Clock) -> Courier:
    return Courier(service.store, private_client, clock)
