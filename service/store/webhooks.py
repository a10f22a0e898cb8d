"""Webhooks of sites: where to call, about what, signed with what; and how far events are handed to them.

What waits to be sent is in `deliveries`. All of a site's webhooks live in one slot.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson

from service.errors import InvalidRequest, NotFound
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.events import START, EntryId
from service.store.partitions import Partitions
from service.store.scripts import call
from service.store.turns import hold
from service.store.wire import Argument, Commands

TYPES = ("comment.pending", "comment.published", "comment.rejected", "comment.updated", "comment.erased")
"""What webhooks are told of (contract, section 3)."""

TEST = "codau.test"
"""The type of a test, sent whatever types a webhook asks for."""

MOST = 20
"""How many webhooks a site may have."""

ROTATION_MS = 24 * 3_600_000
"""For how long the secret before signs, too, after a rotation (contract, section 3)."""

HOLD_MS = 5_000
"""After so long in silence the process that sends is taken for dead."""

OF_HOOK = ("taken", "deliveries", "lines", "due", "held", "waiting", "done", "dead", "pause")
"""All keys of one webhook, by their last part, in the order in which scripts take them."""

_FULL = -1  # what `hook.lua` says of one too many
_SITES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook.

    Attributes:
        gone: whether it was switched off because its receiver answered 410.
        secret: signs; `previous` signs, too, before `previous_until` (unix ms).
    """

    id: str
    url: str
    types: tuple[str, ...]
    created_at: int
    secret: str = field(repr=False)
    active: bool = True
    gone: bool = False
    previous: str | None = field(default=None, repr=False)
    previous_until: int = 0

    def live_secrets(self, now_ms: int) -> Sequence[str]:
        """The secrets in force, the newest first."""
        previous = self.previous if now_ms < self.previous_until else None
        return (self.secret,) if previous is None else (self.secret, previous)

    def rotated(self, secret: str, now_ms: int) -> "Hook":
        """With a new secret; the one before stays in force for a day, one before that ends now."""
        return replace(self, secret=secret, previous=self.secret, previous_until=now_ms + ROTATION_MS)


@dataclass(frozen=True, slots=True)
class Known:
    """A site's webhooks at one epoch, oldest first."""

    epoch: int
    hooks: Sequence[Hook]


class WebhookStore:
    """Keeps webhooks."""

    def __init__(self, commands: Commands, partitions: Partitions) -> None:
        self._commands = commands
        self._partitions = partitions
        self._hooked: set[str] = set()
        self._known: dict[str, Known] = {}

    async def add(self, site: str, hook: Hook, places: Sequence[EntryId]) -> None:
        """Keep a new one, which is told of what happens after the places given, by partition.

        Raises:
            InvalidRequest: the site has as many as it may.
        """
        await again_if_interrupted(self._commands, "SADD", keys.HOOKED, site)
        flat = [part for p, place in enumerate(places) for part in (p, str(place))]
        if await self._store(site, hook.id, b"", dump(hook), *flat) == _FULL:
            raise InvalidRequest([("", f"a site has at most {MOST} webhooks; delete one first")])

    async def all(self, site: str) -> list[Hook]:
        """A site's webhooks, oldest first."""
        flat = await again_if_interrupted(self._commands, "HGETALL", keys.hooks(site))
        hooks = [load(stored) for stored in flat[1::2]]
        return sorted(hooks, key=lambda hook: (hook.created_at, hook.id))

    async def get(self, site: str, hook_id: str) -> Hook:
        """One webhook.

        Raises:
            NotFound: the site has none of that id.
        """
        return load(await self._read(site, hook_id))

    async def change(self, site: str, hook_id: str, change: Callable[[Hook], Hook]) -> Hook:
        """Change a webhook; `change` makes the next of the present one, perhaps more than once.

        Raises:
            NotFound.
        """
        while True:
            stored = await self._read(site, hook_id)
            after = change(load(stored))
            if await self._store(site, hook_id, stored, dump(after)):
                return after

    async def remove(self, site: str, hook_id: str) -> None:
        """Remove a webhook and all that waits for it.

        Raises:
            NotFound.
        """
        stored = await self._read(site, hook_id)
        while not await self._store(site, hook_id, stored, b""):
            try:
                stored = await self._read(site, hook_id)
            except NotFound:  # it is done, by this call whose answer was lost, or by another
                return

    async def _read(self, site: str, hook_id: str) -> bytes:
        stored: bytes | None = await again_if_interrupted(self._commands, "HGET", keys.hooks(site), hook_id)
        if stored is None:
            raise NotFound("This site has no webhook of that id.")
        return stored

    async def _store(self, site: str, hook_id: str, before: bytes, after: bytes, *places: Argument) -> int:
        arguments = [hook_id, before, after, MOST, *places]
        return int(await call(self._commands, "hook", of_hook(site, hook_id), arguments))

    async def known(self, site: str) -> Known | None:
        """A site's webhooks as this process last saw them, for who makes sure by the epoch in the step that
        relies on it; None where it never had any."""
        known = self._known.get(site)
        if known is None and await self._is_hooked(site):
            epoch = int(await again_if_interrupted(self._commands, "GET", keys.hooks_epoch(site)) or 0)
            known = self._known[site] = Known(epoch, await self.all(site))
        return known

    def forget(self, site: str) -> None:
        """Have a site's webhooks read again."""
        self._known.pop(site, None)

    async def _is_hooked(self, site: str) -> bool:
        """Whether a site has, or had, webhooks; one that had once is not asked for again."""
        if site not in self._hooked and await again_if_interrupted(
            self._commands, "SISMEMBER", keys.HOOKED, site
        ):
            self._hooked.add(site)
        return site in self._hooked

    async def sites(self) -> set[str]:
        """Sites that may have webhooks."""
        return {site.decode() for site in await again_if_interrupted(self._commands, "SMEMBERS", keys.HOOKED)}

    async def wake(self, site: str) -> None:
        """Tell whoever sends that a site's webhooks have something to send."""
        await again_if_interrupted(self._commands, "SADD", keys.HOOKS_WOKEN, site)

    async def woken(self) -> list[str]:
        """Sites for which `wake` was called; each is told once. Whoever begins to send looks at all."""
        popped = await self._commands.run("SPOP", keys.HOOKS_WOKEN, _SITES_AT_ONCE)
        return [site.decode() for site in popped]

    async def hold(self, who: str) -> bool:
        """Have the sending to oneself for some seconds more; False where another has it.

        It spares several processes the same work. That nothing is lost or multiplied does not rest on it.
        """
        return await hold(self._commands, keys.SENDING, who, HOLD_MS)

    async def places(self) -> list[EntryId]:
        """By partition, up to where every webhook has its deliveries."""
        stored = await again_if_interrupted(self._commands, "HMGET", keys.HOOKS_READ, *self._partitions)
        return [START if place is None else EntryId.parsed(place) for place in stored]

    async def keep_places(self, places: Mapping[int, EntryId]) -> None:
        """Note up to where that is; an older note costs no more than reading again."""
        flat = [part for p, place in places.items() for part in (p, str(place))]
        await again_if_interrupted(self._commands, "HSET", keys.HOOKS_READ, *flat)


def of_hook(site: str, hook_id: str) -> list[str]:
    """The keys of the scripts that serve one webhook, in their order."""
    own = (keys.hook(site, hook_id, what) for what in OF_HOOK)
    return [keys.hooks(site), keys.hooks_epoch(site), *own]


def new_id() -> str:
    return f"wh_{secrets.token_hex(8)}"


def dump(hook: Hook) -> bytes:
    return orjson.dumps(hook)


def load(stored: bytes) -> Hook:
    """Read back what `dump` wrote."""
    document = orjson.loads(stored)
    return Hook(**document | {"types": tuple(document["types"])})
