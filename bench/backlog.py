"""What others feel of a webhook that is back and is sent what it missed: `python -m bench.backlog 20 20`.

So many events happen a second on one site, for so many pairs of windows of 4 s. In one window of a pair a
third webhook is sent what it missed, in the other it is switched off; the first 1.5 s of each, in which what
was in hand comes to its end, are left out. So both are measured on one server, by one courier, some seconds
apart: on a machine that is busy with other work, turns that are minutes apart differ by more than what is
looked for.
"""

import asyncio
import itertools
import math
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import uvloop

from bench.results import ratios, within
from bench.webhooks import delays, miss, published, receiver
from service.outgoing.client import OutgoingClient
from service.outgoing.signature import new_secret
from service.store.store import Store
from service.store.webhooks import TYPES, Hook
from service.store.webhooks import new_id as new_hook_id
from service.supervision.valkey import EmbeddedValkey
from workers.courier import Courier

WINDOW_S, LEFT_OUT_S = 4.0, 1.5


async def switch(store: Store, hook: Hook, *, on: bool) -> None:
    await store.webhooks.change("bao", hook.id, lambda now: replace(now, active=on))
    await store.webhooks.wake("bao")


async def window(store: Store, base: str, first: int, rate: float) -> list[float]:
    """Let events happen for a window; returns the delays of those that count, ms."""
    numbers = range(first, first + int(WINDOW_S * rate))
    return await delays(store, base, numbers, rate, left_out=math.ceil(LEFT_OUT_S * rate))


async def run(folder: Path, base: str, other: str, rate: float, pairs: int) -> None:
    with EmbeddedValkey(folder) as server:
        store, stop = Store(server.url, 16), asyncio.Event()
        await store.open()
        well, too = (Hook(new_hook_id(), f"{base}/well", TYPES, 0, new_secret()) for _ in range(2))
        back = Hook(new_hook_id(), f"{other}/well", ("comment.erased",), 0, new_secret(), active=False)
        steps = await published(store)
        for hook in (well, replace(too, url=f"{other}/well"), back):
            await store.webhooks.add("bao", hook, await store.events.ends())
        await miss(store, back, steps)
        courier = Courier(store, lambda: OutgoingClient(allow_private=True))
        working = asyncio.create_task(courier.run(stop))
        found: dict[bool, list[list[float]]] = {False: [], True: []}
        for pair in range(pairs):
            for on in (False, True) if pair % 2 else (True, False):
                await switch(store, back, on=on)
                first = (2 * pair + on) * 10_000
                found[on].append(await window(store, base, first, rate))
        stop.set()
        await working
        await store.close()
    told(found)


def told(found: dict[bool, list[list[float]]]) -> None:
    """Print how the windows of a pair compare, and all of each kind."""
    for label, share in (("median", 0.5), ("95th percentile", 0.95)):
        each = [[within(part, share) for part in found[on]] for on in (True, False)]
        low, middle, high = statistics.quantiles(ratios(*each), n=4)
        without, beside = (within(list(itertools.chain(*found[on])), share) for on in (False, True))
        print(
            f"{label}: {without:.1f} ms without, {beside:.1f} ms beside it, {beside / without:.2f} ×; "
            f"by pairs {middle:.2f} × ({low:.2f}–{high:.2f})"
        )


def main() -> None:
    rate, pairs = float(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder, receiver() as base, receiver() as other:
        uvloop.run(run(Path(folder), base, other, rate, pairs))


if __name__ == "__main__":
    main()
