"""Where outgoing calls may lead: a corpus of addresses in every spelling that leads into a closed network."""

import random
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest

from service.outgoing.addresses import is_public
from service.outgoing.urls import Refused, checked

CORPUS = Path(__file__).with_name("addresses.txt")


def corpus(verdict: str) -> list[str]:
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    return [line.partition(" ")[2] for line in lines if line.startswith(verdict + " ")]


def test_the_corpus_is_large_enough() -> None:
    assert len(set(corpus("refused"))) >= 300
    assert len(set(corpus("allowed"))) >= 30


@pytest.mark.parametrize("url", corpus("refused"))
def test_what_is_not_public_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        checked(url, allow_private=False)


@pytest.mark.parametrize("url", corpus("allowed"))
def test_what_is_public_is_allowed(url: str) -> None:
    assert checked(url, allow_private=False).scheme in ("http", "https")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/", "http://localhost/", "http://[::1]/a", "http://newspaper:9000/codau"]
)
def test_closed_networks_can_be_allowed(url: str) -> None:
    assert str(checked(url, allow_private=True)) == url


@pytest.mark.parametrize(
    "url", ["ftp://localhost/", "http://a:b@localhost/", "http://localhost:0/", "http:///"]
)
def test_what_is_no_web_address_is_refused_in_closed_networks_too(url: str) -> None:
    with pytest.raises(Refused):
        checked(url, allow_private=True)


@pytest.mark.parametrize("character", ["\t", "\n", "\r", " ", "\0", "\\", "\N{NO-BREAK SPACE}", "\x7f"])
def test_characters_that_parsers_read_differently_are_refused(character: str) -> None:
    for url in (f"http://bao.example.vn{character}/", f"{character}http://bao.example.vn/"):
        with pytest.raises(Refused):
            checked(url, allow_private=True)


def test_a_url_has_at_most_2000_characters() -> None:
    longest = "https://bao.example.vn/".ljust(2_000, "a")
    assert checked(longest, allow_private=False)
    with pytest.raises(Refused):
        checked(longest + "a", allow_private=False)


def v4_in_v6(address: IPv4Address) -> Iterator[IPv6Address]:
    """Every way in which an IPv6 address can hold an IPv4 address."""
    number = int(address)
    for prefix in ("::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::"):
        yield IPv6Address(int(IPv6Address(prefix)) | number)
    yield IPv6Address(int(IPv6Address("2002::")) | number << 80)
    yield IPv6Address(int(IPv6Address("2001::")) | number ^ 0xFFFF_FFFF)


def test_no_ipv4_address_is_reached_through_ipv6() -> None:
    chance = random.Random(5)
    for _ in range(500):
        address = IPv4Address(chance.getrandbits(32))
        assert not any(is_public(str(held)) for held in v4_in_v6(address)), address


def test_what_the_standard_library_takes_for_special_is_refused() -> None:
    """We refuse more than it."""
    chance = random.Random(7)
    for _ in range(5_000):
        for address in (IPv4Address(chance.getrandbits(32)), IPv6Address(chance.getrandbits(128))):
            if is_public(str(address)):
                assert address.is_global, address
                assert not address.is_multicast, address


def test_names_are_no_addresses() -> None:
    assert not is_public("bao.example.vn")
    assert not is_public("")
