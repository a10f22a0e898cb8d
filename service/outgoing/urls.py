"""Which URLs may be called at all, before any name is resolved; read by the parser that will dial them."""

import re

from yarl import URL

from service.outgoing.addresses import is_public

MAX_URL = 2_000
"""Characters."""

_NUMBER = re.compile(r"(?:[0-9]+|0[xX][0-9a-fA-F]*)\Z")
_QUAD = re.compile(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})\Z")
_PRINTABLE = re.compile(r"[!-\[\]-~\u00a1-\U0010ffff]+\Z")  # no blank, control character or backslash
_USER = re.compile(r"[^/?#]*//[^/?#]*@")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_OWN_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "private")
_OWN_SUFFIXES = ("home.arpa",)


class Refused(ValueError):
    """This URL is not called; the text says why, and follows "must"."""


def checked(url: str, *, allow_private: bool) -> URL:
    """The URL as it will be dialled.

    Raises:
        Refused.
    """
    if len(url) > MAX_URL or not _PRINTABLE.match(url):
        raise Refused("be an http or https URL of at most 2,000 characters, without blanks")
    try:
        parsed = URL(url)
        host, port = parsed.raw_host, parsed.port
    except ValueError:
        raise Refused("be an http or https URL") from None
    if parsed.scheme not in ("http", "https") or not host:
        raise Refused("be an http or https URL")
    if parsed.raw_user is not None or parsed.raw_password is not None or _USER.match(url):
        raise Refused("not hold a user name or a password")
    if port is None or not 1 <= port <= 65_535:
        raise Refused("name a port from 1 to 65535")
    if not allow_private:
        _check_host(host.lower())
    return parsed


def _check_host(host: str) -> None:
    if ":" in host or _QUAD.match(host):
        if not is_public(host):
            raise Refused("lead to a public address")
        return
    labels = host.split(".")
    if _NUMBER.match(labels[-1]) or (not labels[-1] and len(labels) > 1 and _NUMBER.match(labels[-2])):
        raise Refused("write an IPv4 address as four decimal numbers")
    if not all(_LABEL.match(label) for label in labels):
        raise Refused("name a host by its full name, without a dot at the end")
    if len(labels) < 2 or labels[-1] in _OWN_NAMES or host.endswith(_OWN_SUFFIXES):
        raise Refused("name a host of the public internet")
