"""What `CODAU_REDIS_URL` says: one server, a cluster, or Sentinels that know which server is the primary.

Nothing here connects. The form for Sentinels is the one that most clients share, since redis-py has none:
`redis+sentinel://[user:password@]host[:port],host[:port]/<service>[/<database>][?option=value]`. User,
password and options are those of the servers, read as redis-py reads a `redis://` URL; `sentinel_username`
and `sentinel_password` are those of the Sentinels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

CLUSTER = "redis+cluster://"
SENTINEL = "redis+sentinel://"

_SENTINEL_PORT = 26379
_FORM = "should be redis+sentinel://host:port,host:port/service[/database]"

Address = tuple[str, int]
"""Host and TCP port."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Servers of which Sentinels know the primary.

    Attributes:
        sentinels: where they answer.
        service: what they call the primary and its replicas.
        server: a `redis://` URL of no host: user, password, database and options of whichever it is.
        credentials: `username` and `password` of the Sentinels, as far as they ask for them.
    """

    sentinels: Sequence[Address]
    service: str
    server: str
    credentials: Mapping[str, str]


def is_cluster(url: str) -> bool:
    return url.startswith(CLUSTER)


def is_watched(url: str) -> bool:
    return url.startswith(SENTINEL)


def seed_of(url: str) -> Address:
    """The server that a `redis+cluster://` URL names.

    >>> seed_of("redis+cluster://:pw@a:7000")
    ('a', 7000)
    """
    parts = urlsplit(url)
    return parts.hostname or "localhost", parts.port or 6379


def at(url: str, address: Address) -> str:
    """The same URL with another server's host and port.

    >>> at("redis://:pw@a:7000?socket_timeout=3", ("::1", 7001))
    'redis://:pw@[::1]:7001?socket_timeout=3'
    """
    host, port = address
    parts = urlsplit(url)
    user, sign, _ = parts.netloc.rpartition("@")
    place = f"[{host}]" if ":" in host else host
    return urlunsplit(parts._replace(netloc=f"{user}{sign}{place}:{port}"))


def watched(url: str) -> Watched:
    """Read a `redis+sentinel://` URL.

    Raises:
        ValueError: it is none; the text says what it should be, and repeats nothing of it.

    >>> found = watched("redis+sentinel://:pw@a:5000,[::1]/news/1?sentinel_password=s")
    >>> found.sentinels, found.service, found.server, found.credentials
    ([('a', 5000), ('::1', 26379)], 'news', 'redis://:pw@/1?', {'password': 's'})
    """
    rest, _, query = url.removeprefix(SENTINEL).partition("?")
    authority, _, path = rest.partition("/")
    user, at, hosts = authority.rpartition("@")
    service, slash, database = path.partition("/")
    if not service or (slash and not database.isdecimal()):
        raise ValueError(_FORM)
    options = dict(parse_qsl(query))
    names = [name for name in options if name in ("sentinel_username", "sentinel_password")]
    credentials = {name.removeprefix("sentinel_"): options.pop(name) for name in names}
    server = f"redis://{user}{at}/{database}?{urlencode(options)}"
    return Watched([_address(host) for host in hosts.split(",")], unquote(service), server, credentials)


def _address(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):  # an IPv6 address alone
        host, port = text, str(_SENTINEL_PORT)
    if not host or not port.isdecimal() or not 0 < int(port) <= 65_535:
        raise ValueError(_FORM)
    return host.strip("[]"), int(port)
