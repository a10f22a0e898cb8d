"""What a policy says shall be kept no longer is taken out, and what was erased, from the server's files too.

One process at a time does it, and correctness does not rest on that: each comment is changed by compare and
set, and what is done already is in no list that is gone along here. Nothing here decides what may happen to a
comment; that is the lifecycle's.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from service.clock import unix_ms
from service.comments.lifecycle import RETENTION, UNDO_WITHIN_MS, Actor
from service.comments.model import Comment
from service.store.directory import Site
from service.store.queue import UNREACHABLE
from service.store.retention import seen
from service.store.rewriting import Asked, RewriteRefused
from service.store.store import Store
from workers.resting import rest

TURN_S = 10.0
"""How often it looks whether anything is due."""

SWEEP_EVERY_MS = 3_600_000
"""A comment is gone an hour after its time at the latest, as long as a worker runs."""

REWRITE_AFTER_MS = 3_600_000
"""From the first erasure to the rewrite: one an hour at most, and far within the 24 h that were promised."""

ASK_AGAIN_MS = 600_000
"""After a rewrite was refused or failed: a full disk is not helped by trying every ten seconds."""

REST_S = 0.02
"""Between two handfuls, which take some milliseconds each: moderators and readers come first."""

_DAY_MS = 86_400_000

log = structlog.get_logger()
GoOn = Callable[[], Awaitable[bool]]


@dataclass(slots=True)
class Taken:
    """How many comments a sweep erased, and of how many it took out the addresses."""

    erased: int = 0
    forgotten: int = 0


class Janitor:
    """Sweeps all sites every hour, and has the append-only file rewritten when something was erased."""

    def __init__(self, store: Store, now_ms: Callable[[], int] = unix_ms) -> None:
        self._store = store
        self._now_ms = now_ms
        self._name = secrets.token_hex(6)
        self._asked: Asked | None = None
        self._ask_after = 0  # unix ms, and what follows
        self._sweep_after = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Look after everything until told to stop; stand by while another process does."""

        async def go_on() -> bool:
            return not stop.is_set() and await self._store.retention.hold(self._name)

        while not stop.is_set():
            if await go_on():
                await self.turn(go_on)
            await rest(stop, TURN_S)

    async def turn(self, go_on: GoOn) -> None:
        """Do what is due now: a sweep, a rewrite."""
        swept = (await seen(self._store.commands)).swept
        due = self._sweep_after if swept is None else max(swept + SWEEP_EVERY_MS, self._sweep_after)
        if self._now_ms() >= due:
            await self._sweep(go_on)
        await self._rewrite()

    async def drain(self) -> Taken:
        """Take out all that is due, whoever else does, and whenever that was done last."""
        return await self._sweep(_on)

    async def _sweep(self, go_on: GoOn) -> Taken:
        """Go through all sites, unless told to end before; what is left is found by the next sweep."""
        taken, whole = Taken(), True
        for site in (await self._store.directory.current()).sites.values():
            try:
                if not await self._sweep_site(site, taken, go_on):
                    whole = False
                    break
            except UNREACHABLE:
                raise
            except Exception:  # what cannot be read there must stop neither other sites nor other loops
                whole, self._sweep_after = False, self._now_ms() + SWEEP_EVERY_MS
                log.exception("sweep_failed", site=site.id)
        if whole:
            await self._store.retention.keep_swept(now_ms=self._now_ms())
        if taken != Taken():
            log.info("swept", erased=taken.erased, forgotten=taken.forgotten)
        return taken

    async def _sweep_site(self, site: Site, taken: Taken, go_on: GoOn) -> bool:
        """False where it was told to end."""
        kept, now_ms, retention = site.policy.retention, self._now_ms(), self._store.retention
        async for comments in retention.rejected(site.id, now_ms - kept.rejected_days * _DAY_MS):
            taken.erased += await self._erase(comments)
            if not await _rested(go_on):
                return False
        async for comments in retention.addressed(site.id, now_ms - kept.address_days * _DAY_MS):
            taken.forgotten += await self._forget(comments)
            if not await _rested(go_on):
                return False
        return await go_on()

    async def _erase(self, comments: Sequence[Comment]) -> int:
        erase, now_ms = self._store.erasure.erase, self._now_ms()
        return sum(
            await asyncio.gather(
                *(erase(comment, by=RETENTION, actor=Actor.WORKER, now_ms=now_ms) for comment in comments)
            )
        )

    async def _forget(self, comments: Sequence[Comment]) -> int:
        """Take out addresses; what was decided just now waits for the next sweep: it can be undone."""
        now_ms, forget = self._now_ms(), self._store.erasure.forget_addresses
        due = [comment for comment in comments if now_ms - comment.updated_at > UNDO_WITHIN_MS]
        return sum(await asyncio.gather(*(forget(comment, now_ms=now_ms) for comment in due)))

    async def _rewrite(self) -> None:
        """See to the rewrite that is owed: ask for it when its time has come, and look whether it is done."""
        owed = await self._store.rewrites.owed_since(now_ms=self._now_ms())
        try:
            if self._asked is not None:
                await self._look_after(self._asked)
            elif owed is not None and self._now_ms() >= max(owed + REWRITE_AFTER_MS, self._ask_after):
                self._asked = await self._store.rewrites.ask()
        except RewriteRefused as refused:
            self._asked, self._ask_after = None, self._now_ms() + ASK_AGAIN_MS
            log.warning("rewrite_refused", why=str(refused), owed_since=owed)

    async def _look_after(self, asked: Asked) -> None:
        done = await self._store.rewrites.finished(asked)
        if done is None:
            return
        self._asked = None
        if done:
            await self._store.rewrites.keep(asked, now_ms=self._now_ms())
            log.info("append_only_file_rewritten")
        else:
            self._ask_after = self._now_ms() + ASK_AGAIN_MS
            log.warning("rewrite_failed", again_after_s=ASK_AGAIN_MS // 1000)


async def _on() -> bool:
    return True


async def _rested(go_on: GoOn) -> bool:
    """Whether to go on, after a rest."""
    await asyncio.sleep(REST_S)
    return await go_on()
