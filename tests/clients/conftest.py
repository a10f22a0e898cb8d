"""The service with its checks loaded: what a client waits for is the verdict."""

import pytest

from tests.running import Running


@pytest.fixture
async def service(service: Running) -> Running:
    assert (await service.website("POST", "/v1/check", json={"body": "Bài viết hay."})).status == 200
    return service
