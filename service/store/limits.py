"""Limits at the door: how fast an author, an address or a whole site may send."""

import asyncio
import math
from collections.abc import Iterable

from service.comments.rates import Rate
from service.errors import RateLimited
from service.store import keys
from service.store.scripts import call
from service.store.wire import Argument, Commands

REPEATS_KEPT_MS = 10_000
"""For how long a request that was let pass is not counted again: its repeats may come before the comment, and
with it the Idempotency-Key, is stored."""


class LimitStore:
    """Counts what passes, each limit under a slot of its own."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def check(
        self, site: str, limits: Iterable[tuple[str, Rate]], *, now_ms: int, request: str = ""
    ) -> None:
        """Count one more under each limit.

        Args:
            limits: who is limited (any string that names them), and the rate.
            request: what names the request, so that its repeats count once; or "".

        Raises:
            RateLimited: with the seconds after which all of them would let it pass.
        """
        waits = await asyncio.gather(
            *(self._wait_ms(site, who, rate, now_ms, request) for who, rate in limits)
        )
        if any(waits):
            seconds = math.ceil(max(waits) / 1000)
            raise RateLimited(f"Too many comments; try again in {seconds} s.", retry_after_s=seconds)

    async def _wait_ms(self, site: str, who: str, rate: Rate, now_ms: int, request: str) -> int:
        gap_ms = rate.per_s * 1000 / rate.count
        names = [keys.limit(site, who, rate.per_s), keys.passed(site, who, rate.per_s, request)]
        arguments: list[Argument] = [now_ms, gap_ms, rate.count, REPEATS_KEPT_MS if request else ""]
        return int(await call(self._commands, "limit", names, arguments, repeat=False))
