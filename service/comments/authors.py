"""Who wrote a comment, as one key: the website's id, else the e-mail, else the address."""

from enum import StrEnum
from hashlib import blake2b
from ipaddress import IPv6Network

from service.comments.model import Author, Comment


class Standing(StrEnum):
    """What moderators think of an author."""

    NORMAL = "normal"
    TRUSTED = "trusted"
    BANNED = "banned"


def author_key(site: str, author: Author) -> str | None:
    """The key of an author, or None where nothing is known but a name.

    E-mail and address are digested, so that a key in an address bar or a log gives neither away.
    """
    if author.id:
        return author.id
    if author.email:
        return f"email:{_digest(site, author.email.casefold())}"
    return address_key(site, author)


def address_key(site: str, author: Author) -> str | None:
    """The key of the address alone, whoever wrote from it."""
    return f"address:{_digest(site, author.ip)}" if author.ip else None


def network_of(ip: str) -> str:
    """What one household or company has of addresses: an IPv4 address, or an IPv6 network of 64 bits.

    >>> network_of("2001:db8:1:2:3::4"), network_of("203.0.113.9")
    ('2001:db8:1:2::/64', '203.0.113.9')
    """
    return str(IPv6Network((ip, 64), strict=False)) if ":" in ip else ip


def known_as(comment: Comment) -> list[str]:
    """Every key that a comment's sender has: the author's, and the address's."""
    both = (author_key(comment.site, comment.author), address_key(comment.site, comment.author))
    return list(dict.fromkeys(key for key in both if key is not None))


def _digest(site: str, value: str) -> str:
    return blake2b(value.encode(), digest_size=10, key=site.encode()).hexdigest()
