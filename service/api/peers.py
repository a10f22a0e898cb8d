"""Whose address a request comes from: whoever connects, or, behind proxies that are trusted, whom those name.

A proxy adds the address of whoever connected to it at the end of `X-Forwarded-For`; what stands before,
anybody may have written. So the header is read from its end, as long as each who wrote is trusted.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import web

from service.comments.authors import network_of

HEADER = "X-Forwarded-For"

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]

_MOST_HOPS = 32  # of more, those before are nobody's


def peer_of(request: web.BaseRequest, trusted: Networks) -> str:
    """The network of whoever asks (an IPv4 address, or an IPv6 /64), as limits count it; "" where unknown."""
    peer = _parsed(request.remote or "")
    if peer is None:
        return ""
    for hop in _hops(request) if trusted else ():
        named = _parsed(hop) if _is_among(peer, trusted) else None
        if named is None:  # nobody who is trusted says anything more
            break
        peer = named
    return network_of(str(peer))


def _hops(request: web.BaseRequest) -> list[str]:
    """What proxies wrote, the last first."""
    hops = ",".join(request.headers.getall(HEADER, [])).rsplit(",", _MOST_HOPS)
    return hops[:0:-1] if len(hops) > _MOST_HOPS else hops[::-1]


def _parsed(written: str) -> Address | None:
    """An address as proxies write it, perhaps with a port; IPv4 inside IPv6 as IPv4."""
    text = written.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_among(address: Address, networks: Networks) -> bool:
    return any(address in network for network in networks)
