"""Sites, their policies and keys: kept in Redis, read from memory, in step with every change.

All of it lives in one slot under an epoch that grows with each change. A process keeps a copy and, before it
relies on it, compares the epoch: one small read, so that a revoked key is refused from the next request on.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import orjson
import structlog

from service.comments.policy import Policy
from service.errors import NotFound, Unreadable
from service.store import keys
from service.store.connection import again_if_interrupted, answered
from service.store.scripts import call
from service.store.wire import Commands

T = TypeVar("T")
_Loaded = dict[str, tuple[bytes, T | None]]
"""By name, a document as it is stored and what it says; None where it cannot be read."""

_LONGEST_ID = 40  # of a site, as `administration` takes it; what somebody asks for may be longer

log = structlog.get_logger()


class Role(StrEnum):
    """What a key may do (contract, section 3)."""

    WEBSITE = "website"
    MODERATOR = "moderator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Site:
    """A website and its policy."""

    id: str
    name: str
    created_at: int
    policy: Policy = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is kept of a key; the key itself is not. An admin's has no site."""

    id: str
    role: Role
    name: str
    site: str | None
    created_at: int
    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All sites and keys at one epoch.

    Attributes:
        unreadable: sites whose stored document this version does not understand; they alone do not serve.
    """

    epoch: int = -1
    sites: Mapping[str, Site] = field(default_factory=dict)
    keys: Mapping[str, KeyRecord] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()

    def find(self, site_id: str) -> Site | None:
        """The site, or None where there is none.

        Raises:
            Unreadable: there is one, and under rules that nobody knows it must neither serve nor be changed.
        """
        if site_id in self.unreadable:
            raise Unreadable(f"What is stored of the site {site_id!r} cannot be read by this version.")
        return self.sites.get(site_id)

    def site(self, site_id: str) -> Site:
        """The site.

        Raises:
            NotFound, Unreadable.
        """
        found = self.find(site_id)
        if found is None:
            raise NotFound(f"There is no site {site_id[:_LONGEST_ID]!r}.")
        return found


def digest_of(key: str) -> str:
    """What is kept of a key: keys are long and random, so a plain SHA-256 tells nothing of them.

    What a caller sends as a key may be bytes that are no text; aiohttp hands them on as surrogates.
    """
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()


def new_key(role: Role) -> str:
    """A key of 256 random bits that says what it is, should it turn up in a log or a repository."""
    return f"codau_{role}_{secrets.token_urlsafe(32)}"


class Directory:
    """Sites and keys of this installation."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._snapshot = Snapshot()
        self._sites: _Loaded[Site] = {}
        self._keys: _Loaded[KeyRecord] = {}
        self._reading: asyncio.Task[Snapshot] | None = None

    @property
    def known(self) -> Snapshot:
        """All as this process last saw it, for who makes sure by the epoch in the step that relies on it."""
        return self._snapshot

    async def current(self) -> Snapshot:
        """All sites and keys as they are at this moment."""
        epoch = await self._epoch()
        return self._snapshot if epoch == self._snapshot.epoch else await self._reread(epoch)

    async def _reread(self, epoch: int) -> Snapshot:
        """One reading serves all who ask meanwhile, one that fails too; one begun earlier may be behind."""
        for _ in range(2):
            if self._reading is None or self._reading.done():
                self._reading = asyncio.create_task(self._read())
            snapshot = await asyncio.shield(self._reading)
            if snapshot.epoch >= epoch:
                break
        return snapshot

    async def _epoch(self) -> int:
        look = ("GET", keys.EPOCH)
        return int(await answered(self._commands.ask(*look), self._commands, *look) or 0)

    async def _read(self) -> Snapshot:
        """Read everything; the epoch first, so that a change meanwhile is seen at the next look."""
        epoch = await self._epoch()
        sites = await again_if_interrupted(self._commands, "HGETALL", keys.SITES)
        known = await again_if_interrupted(self._commands, "HGETALL", keys.KEYS)
        self._sites = _loaded(sites, self._sites, _load_site)
        self._keys = _loaded(known, self._keys, _load_key)
        self._snapshot = Snapshot(
            epoch,
            {site_id: site for site_id, (_, site) in self._sites.items() if site is not None},
            {digest: key for digest, (_, key) in self._keys.items() if key is not None},
            frozenset(site_id for site_id, (_, site) in self._sites.items() if site is None),
        )
        return self._snapshot

    async def put_site(self, site_id: str, name: str, *, now_ms: int) -> tuple[Site, bool]:
        """Create a site or rename it; returns it and whether it is new."""
        while True:
            snapshot = await self.current()
            before = snapshot.find(site_id)
            policy = before.policy if before else Policy()
            site = Site(site_id, name, before.created_at if before else now_ms, policy)
            if await self._store(snapshot, "site", site_id, _dump_site(site)):
                return site, before is None

    async def add_site(self, site: Site) -> bool:
        """Keep a site as it was elsewhere; False where there is one of its id, which stays as it is."""
        while True:
            snapshot = await self.current()
            if snapshot.find(site.id) is not None:
                return False
            if await self._store(snapshot, "site", site.id, _dump_site(site)):
                return True

    async def put_policy(self, site_id: str, change: Callable[[Policy], Policy]) -> Policy:
        """Change a site's policy; `change` makes the next of the present one, perhaps more than once.

        Raises:
            NotFound: there is no such site.
        """
        while True:
            snapshot = await self.current()
            site = snapshot.site(site_id)
            policy = change(site.policy)
            stored = _dump_site(Site(site.id, site.name, site.created_at, policy))
            if await self._store(snapshot, "site", site_id, stored):
                return policy

    async def create_key(
        self, *, role: Role, name: str, site: str | None, now_ms: int
    ) -> tuple[KeyRecord, str]:
        """Make a key; returns what is kept of it, and the key, which nobody can read again.

        Raises:
            NotFound: there is no such site.
        """
        key = new_key(role)
        while True:
            snapshot = await self.current()
            if site is not None:
                snapshot.site(site)
            made = KeyRecord(secrets.token_hex(6), role, name, site, now_ms, digest_of(key))
            if await self._store(snapshot, "key", made.digest, _dump_key(made)):
                return made, key

    async def list_keys(self, site: str | None) -> list[KeyRecord]:
        """The keys of a site, or with None the admins', oldest first."""
        known = (await self.current()).keys.values()
        return sorted((key for key in known if key.site == site), key=lambda key: (key.created_at, key.id))

    async def revoke_key(self, site: str | None, key_id: str) -> None:
        """Revoke a key: the next request with it is refused, everywhere.

        Raises:
            NotFound: the site has no such key.
        """
        while True:
            snapshot = await self.current()
            found = [key for key in snapshot.keys.values() if key.site == site and key.id == key_id]
            if not found:
                raise NotFound("This site has no key of that id.")
            if await self._store(snapshot, "key", found[0].digest, b""):
                return

    async def list_sites(self) -> list[Site]:
        """All sites, by id."""
        return [site for _, site in sorted((await self.current()).sites.items())]

    async def _store(self, seen: Snapshot, what: str, name: str, document: bytes) -> bool:
        """Store one change if `seen` is still how things are."""
        names = [keys.EPOCH, keys.SITES, keys.KEYS]
        epoch = await call(
            self._commands, "configure", names, [seen.epoch, what, name, document], repeat=False
        )
        return bool(epoch)


def _loaded(flat: Sequence[bytes], before: _Loaded[T], load: Callable[[str, Any], T]) -> _Loaded[T]:
    """A hash's documents, and what they say; what is as it was before is not read again.

    Of a thousand sites with long lists, one key more would otherwise cost every process seconds.
    """
    found: _Loaded[T] = {}
    for name, document in ((flat[i].decode(), flat[i + 1]) for i in range(0, len(flat), 2)):
        known = before.get(name)
        same = known is not None and known[0] == document
        found[name] = known if known is not None and same else (document, _read(name, document, load))
    return found


def _read(name: str, document: bytes, load: Callable[[str, Any], T]) -> T | None:
    """What a document says; None, and a line in the log, where this version does not understand it."""
    try:
        return load(name, orjson.loads(document))
    except (ValueError, KeyError, TypeError) as error:
        log.error("stored_document_unreadable", name=name, error=type(error).__name__)
        return None


def _dump_site(site: Site) -> bytes:
    policy = site.policy.model_dump(mode="json", exclude_defaults=True)
    return orjson.dumps({"name": site.name, "created_at": site.created_at, "policy": policy})


def _load_site(site_id: str, stored: dict[str, Any]) -> Site:
    return Site(site_id, stored["name"], stored["created_at"], Policy.model_validate(stored["policy"]))


def _dump_key(key: KeyRecord) -> bytes:
    return orjson.dumps(
        {"id": key.id, "role": key.role, "name": key.name, "site": key.site, "created_at": key.created_at}
    )


def _load_key(digest: str, stored: dict[str, Any]) -> KeyRecord:
    return KeyRecord(
        stored["id"], Role(stored["role"]), stored["name"], stored["site"], stored["created_at"], digest
    )
