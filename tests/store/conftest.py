"""The store as most of these tests want it; who needs another server or a part of it makes his own."""

from collections.abc import AsyncIterator

import pytest

from service.store.store import Store


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Store]:
    """An open store of four partitions, so that few comments already share one."""
    made = Store(redis_url, 4)
    await made.open()
    yield made
    await made.close()
