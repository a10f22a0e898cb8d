"""Webhooks by command: what could not be delivered is listed and sent again."""

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from service.store.deliveries import Delivery, DeliveryState, trial
from service.store.events import START
from service.store.store import Store
from service.store.webhooks import TYPES, Hook
from tests.commands.conftest import Terminal

T = TypeVar("T")
HOOK = Hook("wh_1", "https://1.1.1.1/codau", TYPES, 1, "whsec_c2VjcmV0")


def with_store(redis_url: str, action: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        store = Store(redis_url, 16)
        try:
            return await action(store)
        finally:
            await store.close()

    return asyncio.run(run())


async def dead(store: Store) -> None:
    """A site with a webhook, and three messages that were given up."""
    await store.directory.put_site("bao", "Báo Ví Dụ", now_ms=1)
    await store.webhooks.add("bao", HOOK, [START] * 16)
    for number in range(3):
        await store.deliveries.add("bao", "wh_1", trial(1_000 + number, number), now_ms=5_000)
    taken = await store.deliveries.take("bao", "wh_1", 10, now_ms=5_000)
    for one in taken.deliveries:
        tried = replace(one, attempts=13, at=6_000, error="timeout", state=DeliveryState.DEAD)
        await store.deliveries.settle("bao", "wh_1", tried, held_until=taken.until, now_ms=6_000)


async def waiting(store: Store) -> list[Delivery]:
    page = await store.deliveries.page("bao", "wh_1", DeliveryState.WAITING, 10, None)
    return [one for one, _ in page.deliveries]


@pytest.fixture
def codau(terminal: Terminal, redis_url: str) -> Terminal:
    return functools.partial(terminal, REDIS_URL=redis_url)


def listed(codau: Terminal, *words: str) -> Any:
    return json.loads(codau("webhook", *words, "--json").out)


def test_dead_letters_are_listed_and_sent_again(codau: Terminal, redis_url: str) -> None:
    with_store(redis_url, dead)
    assert [hook["id"] for hook in listed(codau, "list", "bao")] == ["wh_1"]
    found = listed(codau, "deliveries", "bao", "wh_1")
    assert [(one["attempts"], one["error"]) for one in found] == [(13, "timeout")] * 3
    assert codau("webhook", "resend", "bao", "wh_1", found[0]["id"]).out == "1 will be sent\n"
    assert codau("webhook", "resend", "bao", "wh_1", "--all-dead").out == "2 will be sent\n"
    assert listed(codau, "deliveries", "bao", "wh_1") == []
    again = with_store(redis_url, waiting)
    assert {one.id for one in again} == {one["id"] for one in found}
    assert {one.attempts for one in again} == {0}


def test_no_secret_is_shown(codau: Terminal, redis_url: str) -> None:
    with_store(redis_url, dead)
    told = codau("webhook", "list", "bao", "--json").out + codau("webhook", "list", "bao").out
    assert "whsec" not in told


def test_what_is_not_there_is_told_in_one_line(codau: Terminal, redis_url: str) -> None:
    with_store(redis_url, dead)
    for words in (["list", "khong-co"], ["deliveries", "bao", "wh_2"], ["resend", "bao", "wh_1", "x"]):
        assert codau("webhook", *words, status=1).err.count("\n") == 1
    codau("webhook", "resend", "bao", "wh_1", status=2)
