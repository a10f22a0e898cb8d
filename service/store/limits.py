"""Limits at the door: how fast an author, an address or a whole site may send."""

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

    async def check(self, site: str, limits: Iterable[tuple[str, Rate]], *, request: str = "") -> None:
        """Count one more under each limit, up to the first that refuses.

        Args:
            limits: who is limited (any string that names them), and the rate; the narrowest first, so that
                what is refused to one is not counted against all.
            request: what names the request, so that its repeats count once; or "".

        Raises:
            RateLimited: with the seconds after which that limit would let it pass.
        """
        for who, rate in limits:
            wait_ms = await self._wait_ms(site, who, rate, request)
            if wait_ms:
                seconds = math.ceil(wait_ms / 1000)
                raise RateLimited(f"Too many comments; try again in {seconds} s.", retry_after_s=seconds)

    async def _wait_ms(self, site: str, who: str, rate: Rate, request: str) -> int:
        names = [keys.limit(site, who, rate.per_s), keys.passed(site, who, rate.per_s, request)]
        arguments: list[Argument] = [rate.count, rate.per_s * 1000, REPEATS_KEPT_MS if request else ""]
        return int(await call(self._commands, "limit", names, arguments, repeat=False))
