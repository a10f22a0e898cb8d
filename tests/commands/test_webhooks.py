"""Webhooks by command: they are set and removed; what could not be delivered is listed and sent again."""

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from service.commands.webhooks import TypeName
from service.store.deliveries import Delivery, DeliveryState, Settled, trial
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
        await store.deliveries.settle("bao", "wh_1", [Settled(tried, taken.until)], now_ms=6_000)


async def waiting(store: Store) -> list[Delivery]:
    page = await store.deliveries.page("bao", "wh_1", DeliveryState.WAITING, 10, None)
    return [one for one, _ in page.deliveries]


@pytest.fixture
def codau(terminal: Terminal, redis_url: str) -> Terminal:
    return functools.partial(terminal, REDIS_URL=redis_url)


def listed(codau: Terminal, *words: str) -> Any:
    return json.loads(codau(*words, "--json").out)


async def switched_off(store: Store) -> None:
    await store.webhooks.change("bao", "wh_1", lambda hook: replace(hook, active=False))


def test_what_was_given_up_is_listed_and_sent_again(codau: Terminal, redis_url: str) -> None:
    with_store(redis_url, dead)
    assert [hook["id"] for hook in listed(codau, "webhook", "list", "bao")] == ["wh_1"]
    found = listed(codau, "deliveries", "bao", "wh_1", "--state", "dead")
    assert [(one["webhook"], one["attempts"], one["error"]) for one in found] == [("wh_1", 13, "timeout")] * 3
    one = codau("deliveries", "bao", "wh_1", "--resend", found[0]["id"], "--resend", found[0]["id"])
    assert one.out == "1 will be sent\n"
    assert len(listed(codau, "dead-letters")) == 2
    assert codau("dead-letters", "--retry").out == "2 will be sent\n"
    assert listed(codau, "dead-letters", "bao") == []
    again = with_store(redis_url, waiting)
    assert {one.id for one in again} == {one["id"] for one in found}
    assert {one.attempts for one in again} == {0}
    assert {one["id"] for one in listed(codau, "deliveries", "bao")} == {one.id for one in again}


def test_dead_letters_tell_for_a_person_what_became_of_them(codau: Terminal, redis_url: str) -> None:
    with_store(redis_url, dead)
    told = codau("dead-letters").out
    assert told.count(" message ") == 3
    assert told.count(" 13 ") == told.count(" timeout ") == 3
    assert codau("deliveries", "bao").out == "There are none.\n"


def test_a_webhook_that_is_switched_off_keeps_its_messages(codau: Terminal, redis_url: str) -> None:
    with_store(redis_url, dead)
    with_store(redis_url, switched_off)
    told = codau("dead-letters", "--retry", status=1)
    assert told.out == "0 will be sent\n"
    assert told.err == "codau: webhook wh_1 of bao is switched off and keeps its messages\n"
    found = listed(codau, "dead-letters")
    assert len(found) == 3
    assert "switched off" in codau("deliveries", "bao", "wh_1", "--resend", found[0]["id"], status=1).err


async def site(store: Store) -> None:
    await store.directory.put_site("bao", "Báo Ví Dụ", now_ms=1)


async def hooks(store: Store) -> list[Hook]:
    return await store.webhooks.all("bao")


def test_a_webhook_is_set_and_its_secret_printed_alone(codau: Terminal, redis_url: str) -> None:
    with_store(redis_url, site)
    told = codau("webhook", "create", "bao", HOOK.url)
    [kept] = with_store(redis_url, hooks)
    assert (kept.url, kept.types, kept.active) == (HOOK.url, TYPES, True)
    assert told.out == f"{kept.secret}\n"
    assert kept.id in told.err


def test_a_webhook_is_told_of_the_types_that_are_named(codau: Terminal, redis_url: str) -> None:
    with_store(redis_url, site)
    chosen = ("--type", "comment.erased", "--type", "comment.pending")
    made = listed(codau, "webhook", "create", "bao", HOOK.url, *chosen)
    [kept] = with_store(redis_url, hooks)
    assert kept.types == ("comment.pending", "comment.erased")
    assert (made["id"], made["types"], made["secret"]) == (kept.id, list(kept.types), kept.secret)


def test_every_type_can_be_named() -> None:
    assert tuple(TypeName) == TYPES


def test_a_webhook_leads_to_a_closed_network_only_where_that_is_set(codau: Terminal, redis_url: str) -> None:
    with_store(redis_url, site)
    told = codau("webhook", "create", "bao", "http://127.0.0.1:9000/", status=1)
    assert (told.out, told.err) == ("", "codau: url: must lead to a public address\n")
    assert with_store(redis_url, hooks) == []
    codau("webhook", "create", "bao", "http://127.0.0.1:9000/", WEBHOOK_ALLOW_PRIVATE="true")
    assert [hook.url for hook in with_store(redis_url, hooks)] == ["http://127.0.0.1:9000/"]


def test_an_address_that_breaks_a_rule_of_the_api_is_a_wrong_argument(
    codau: Terminal, redis_url: str
) -> None:
    with_store(redis_url, site)
    assert "url: " in codau("webhook", "create", "bao", "", status=2).err
    assert with_store(redis_url, hooks) == []


def test_a_webhook_is_removed_with_what_waits_for_it(codau: Terminal, redis_url: str) -> None:
    with_store(redis_url, dead)
    codau("dead-letters", "--retry")
    assert codau("webhook", "delete", "bao", "wh_1").out == "wh_1 is removed\n"
    assert codau("webhook", "list", "bao").out == "There are no webhooks yet.\n"
    assert with_store(redis_url, waiting) == []


def test_no_secret_is_listed(codau: Terminal, redis_url: str) -> None:
    with_store(redis_url, dead)
    told = codau("webhook", "list", "bao", "--json").out + codau("webhook", "list", "bao").out
    assert "whsec" not in told


@pytest.mark.parametrize(
    "words",
    [
        ["webhook", "list", "khong-co"],
        ["webhook", "create", "khong-co", HOOK.url],
        ["webhook", "delete", "khong-co", "wh_1"],
        ["webhook", "delete", "bao", "wh_2"],
        ["deliveries", "khong-co"],
        ["deliveries", "bao", "wh_2"],
        ["deliveries", "bao", "wh_1", "--resend", "x"],
        ["dead-letters", "khong-co"],
        ["dead-letters", "khong-co", "--retry"],
    ],
)
def test_what_is_not_there_is_told_in_one_line(codau: Terminal, redis_url: str, words: list[str]) -> None:
    with_store(redis_url, dead)
    assert codau(*words, status=1).err.count("\n") == 1


def test_a_message_is_sent_again_by_its_webhook(codau: Terminal, redis_url: str) -> None:
    with_store(redis_url, dead)
    assert "--resend needs the webhook" in codau("deliveries", "bao", "--resend", "x", status=2).err
