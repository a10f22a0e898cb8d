"""Limits at the door: how fast an author, an address or a whole site may send.

The rule is `lua/_limit.lua`. A comment passes its limits in the script that takes it in (see `intake`); here
they stand alone, for whatever else is limited, and for a cluster, where each is on a server of its own.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from service.comments.rates import Rate
from service.errors import RateLimited
from service.store import keys
from service.store.scripts import call
from service.store.wire import Argument, Commands

REPEATS_KEPT_MS = 10_000
"""For how long a request that was let pass is not counted again: its repeats may come before the comment, and
with it the Idempotency-Key, is stored."""


LIMIT_HEADERS = ("RateLimit-Policy", "RateLimit")


class Limit(NamedTuple):
    """Somebody who is limited.

    Attributes:
        name: what the limit is called, to those whom it holds.
        who: any string that names them.
    """

    name: str
    who: str
    rate: Rate


class Left(NamedTuple):
    """What a limit still lets pass at once, and after how many ms one more."""

    limit: Limit
    many: int
    more_in_ms: int


def exhausted(limit: Limit, wait_ms: int) -> RateLimited:
    """The refusal of a limit that would let this one pass after `wait_ms`."""
    seconds = math.ceil(wait_ms / 1000)
    return RateLimited(
        f"Too many comments; try again in {seconds} s.",
        retry_after_s=seconds,
        headers=headers_of([Left(limit, 0, wait_ms)]),
    )


def headers_of(left: Sequence[Left]) -> dict[str, str]:
    """What a caller is told of its limits (draft-ietf-httpapi-ratelimit-headers-11)."""
    if not left:
        return {}
    policy = [f'"{one.name}";q={one.rate.count};w={one.rate.per_s}' for one, _, _ in left]
    now = [f'"{one.name}";r={many};t={-(-more_in_ms // 1000)}' for one, many, more_in_ms in left]
    return {"RateLimit-Policy": ", ".join(policy), "RateLimit": ", ".join(now)}


class LimitStore:
    """Counts what passes, each limit under a slot of its own."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def check(self, site: str, limits: Iterable[Limit], *, request: str = "") -> list[Left]:
        """Count one more under each limit, up to the first that refuses.

        Args:
            limits: the narrowest first, so that what is refused to one is not counted against all.
            request: what names the request, so that its repeats count once; or "".

        Raises:
            RateLimited: with the seconds after which that limit would let it pass.
        """
        return [left for limit in limits if (left := await self._pass(site, limit, request))]

    async def _pass(self, site: str, limit: Limit, request: str) -> Left | None:
        """What is left when it has passed; None for a request that has passed before."""
        names = [keys.limit(site, limit.who), keys.passed(site, limit.who, request)]
        arguments: list[Argument] = [*bounds(limit.rate), REPEATS_KEPT_MS if request else ""]
        told = await call(self._commands, "limit", names, arguments, repeat=False)
        if not told:
            return None
        passed, many, more_in_ms = told
        if not passed:
            raise exhausted(limit, more_in_ms)
        return Left(limit, many, more_in_ms)


def bounds(rate: Rate) -> tuple[int, int]:
    """A rate as the scripts take it: how many, in how many µs."""
    return rate.count, rate.per_s * 1_000_000
