"""Which addresses are public: what an outgoing call may reach, and what would lead into our own network."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_CLOSED_V4: Sequence[IPv4Network] = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' own
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host of a virtual machine at Azure, public by number alone
        "169.254.0.0/16",  # link-local; what clouds tell their machines
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # measurements
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
]
"""IANA's registry of special-purpose IPv4 addresses, and multicast."""

_GLOBAL_V6 = IPv6Network("2000::/3")
"""All of IPv6 that IANA gives out; IPv4 inside IPv6 (mapped, compatible, NAT64) lies outside."""

_CLOSED_V6: Sequence[IPv6Network] = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, among them Teredo, which holds an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which holds an IPv4 address
        "3ffe::/16",  # a test network, given back
        "3fff::/20",  # documentation
    )
]
"""What of `2000::/3` is special by IANA's registry."""


def is_public(address: str) -> bool:
    """Whether a resolved address is one of the public internet's.

    >>> is_public("1.1.1.1"), is_public("127.0.0.1"), is_public("::ffff:1.1.1.1")
    (True, False, False)
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return _is_public_v4(found) if isinstance(found, IPv4Address) else _is_public_v6(found)


def _is_public_v4(address: IPv4Address) -> bool:
    return not any(address in network for network in _CLOSED_V4)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in _GLOBAL_V6:
        return False
    return not any(address in network for network in _CLOSED_V6)
