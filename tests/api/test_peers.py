"""Whose address a request comes from: only proxies that are trusted may say so."""

from collections.abc import Sequence
from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from service.api.moderate_page import ATTEMPTS
from service.api.peers import HEADER, peer_of
from tests.running import Answer, Running, running

TRUSTED = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("2001:db8:f::/48")]


def peer(remote: str, *lines: str, trusted: Sequence[object] = TRUSTED) -> str:
    request = make_mocked_request("GET", "/", headers=CIMultiDict((HEADER, line) for line in lines))
    return peer_of(request.clone(remote=remote), trusted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("remote", "lines", "found"),
    [
        ("198.51.100.7", [], "198.51.100.7"),
        ("198.51.100.7", ["203.0.113.9"], "198.51.100.7"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["192.0.2.1, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["192.0.2.1", "203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["192.0.2.1, 203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        ("127.0.0.1", ["10.1.2.3, 10.1.2.4"], "10.1.2.3"),
        ("127.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("127.0.0.1", ["[2001:db8:1:2::3]:4711"], "2001:db8:1:2::/64"),
        ("127.0.0.1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("127.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("::ffff:127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("2001:db8:f::1", ["203.0.113.9"], "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", ["203.0.113.9"], "2001:db8:1:2::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["unknown"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9,"], "127.0.0.1"),
        ("127.0.0.1", ["999.1.1.1"], "127.0.0.1"),
        ("127.0.0.1", ["127.1"], "127.0.0.1"),
        ("127.0.0.1", ["2130706433"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9; DROP TABLE"], "127.0.0.1"),
        ("127.0.0.1", [", ".join(["203.0.113.9"] + ["10.0.0.1"] * 31)], "203.0.113.9"),
        ("127.0.0.1", [", ".join(["203.0.113.9"] + ["10.0.0.1"] * 5_000)], "10.0.0.1"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_an_address_is_believed_as_far_as_proxies_are_trusted(
    remote: str, lines: list[str], found: str
) -> None:
    assert peer(remote, *lines) == found


def test_without_trusted_proxies_the_header_says_nothing() -> None:
    assert peer("127.0.0.1", "203.0.113.9", trusted=()) == "127.0.0.1"


async def attempt(service: Running, forwarded: str) -> Answer:
    headers = {"Origin": str(service.nobody.http.make_url("")).rstrip("/"), HEADER: forwarded}
    return await service.nobody("POST", "/moderate/session", json={"key": "x"}, headers=headers)


async def test_whoever_names_other_addresses_gains_no_attempt_to_sign_in(service: Running) -> None:
    answers = [await attempt(service, f"203.0.113.{n}") for n in range(ATTEMPTS.count + 1)]
    assert [answer.status for answer in answers] == [401] * ATTEMPTS.count + [429]


async def test_behind_a_trusted_proxy_one_attacker_keeps_nobody_out(redis_url: str) -> None:
    async with running(redis_url, validating=False, trusted_proxies="127.0.0.0/8, ::1") as service:
        made_up = [await attempt(service, f"192.0.2.{n}, 203.0.113.9") for n in range(ATTEMPTS.count + 1)]
        assert [answer.status for answer in made_up] == [401] * ATTEMPTS.count + [429]
        assert (await attempt(service, "198.51.100.7")).status == 401
        network = [await attempt(service, f"2001:db8::{n}") for n in range(ATTEMPTS.count + 1)]
        assert network[-1].status == 429, "one household has a network of addresses"
