"""A store that cannot be used stops the start with one line that says what to do."""

import socket

import pytest

from service.supervision import store_check
from service.supervision.errors import StartRefused


async def test_the_same_number_of_partitions_is_taken(redis_url: str) -> None:
    await store_check.usable(redis_url, 4)
    await store_check.usable(redis_url, 4)


async def test_another_number_of_partitions_is_refused_by_name(redis_url: str) -> None:
    await store_check.usable(redis_url, 4)
    with pytest.raises(StartRefused, match="CODAU_PARTITIONS=4"):
        await store_check.usable(redis_url, 8)


async def test_a_server_that_is_not_there_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_check, "PATIENCE_S", 0.2)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(StartRefused, match="CODAU_REDIS_URL: ") as refused:
            await store_check.usable(f"redis://:geheim@127.0.0.1:{nobody.getsockname()[1]}", 16)
    assert "\n" not in str(refused.value)
    assert "geheim" not in str(refused.value)
