"""`python -m workers [NAME…] [--drain]`: the loops behind the service, each named by its duty.

Without names all of them run, until SIGTERM or Ctrl-C; what is under way is finished. With `--drain` the
queue is emptied once, and the process ends.
"""

import argparse
import asyncio
import os
import secrets
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import uvloop

from service import logs, tracing
from service.judging.judge import judge
from service.metering.meters import Meters
from service.metering.sampler import Sampler
from service.outgoing.client import OutgoingClient
from service.settings import Settings, load, traces_are_wanted
from service.store.queue import UNREACHABLE, Queue
from service.store.store import Store
from workers.courier import Courier
from workers.janitor import Janitor
from workers.persevering import RETRY_S, Complaints, Loop, keep_going, side_by_side
from workers.recoverer import Recoverer
from workers.statistician import Statistician
from workers.validator import Judge, Validator
from workers.watchdog import limited, watched


@dataclass(frozen=True, slots=True)
class Means:
    """What the loops of one process share."""

    store: Store
    queue: Queue
    client: Callable[[], OutgoingClient]
    meters: Meters
    judge: Judge


DUTIES: Mapping[str, Callable[[Means], Loop]] = {
    "validator": lambda means: _validator(means).run,
    "recoverer": lambda means: _recoverer(means).run,
    "statistician": lambda means: Statistician(means.store, means.meters).run,
    "courier": lambda means: Courier(means.store, means.client, meters=means.meters).run,
    "janitor": lambda means: Janitor(means.store).run,
}
"""Every loop by its name."""


def _validator(means: Means) -> Validator:
    return Validator(means.store, means.queue, judge=means.judge)


def _recoverer(means: Means) -> Recoverer:
    return Recoverer(means.queue, _validator(means), means.meters)


def duty(name: str) -> str:
    """A name as the command line gives it.

    Raises:
        argparse.ArgumentTypeError: there is no such duty.
    """
    if name not in DUTIES:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(DUTIES)}")
    return name


async def opened(store: Store, queue: Queue, stop: asyncio.Event) -> None:
    """Wait for the store, which may start later than this process."""
    while not stop.is_set():
        try:
            await store.open()
            await queue.prepare()
        except UNREACHABLE:
            await asyncio.sleep(RETRY_S)
        else:
            return


async def run(
    settings: Settings,
    url: str,
    names: Sequence[str],
    *,
    drain: bool = False,
    neighbour: str | None = None,
    judge: Judge = judge,
) -> None:
    """Run the named loops until a signal comes, or empty the queue; webhooks may lead to the neighbour."""

    def client() -> OutgoingClient:
        return OutgoingClient(allow_private=settings.webhook_allow_private, neighbour=neighbour)

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    store = Store(url, settings.partitions, settings.replicas)
    queue = Queue(url, store.partitions, f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}")
    try:
        await opened(store, queue, stop)
        if drain:
            await empty(store, queue, limited(judge))
            return
        chosen = set(names or DUTIES)
        means = Means(store, queue, client, Meters(), limited(judge))
        async with watched(), Sampler(means.meters, "worker", store.health.ping).running():
            await side_by_side(keep_going(Complaints(name), DUTIES[name](means), stop) for name in chosen)
    finally:
        await queue.close()
        await store.close()


async def empty(store: Store, queue: Queue, judge: Judge = judge) -> None:
    """Judge everything that is queued, what other workers left behind included."""
    validator = Validator(store, queue, judge=judge)
    recoverer = Recoverer(queue, validator)
    while await queue.length():
        if not await validator.drain():
            await recoverer.recover(idle_ms=0)


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m workers", description=__doc__)
    parser.add_argument("names", nargs="*", type=duty, metavar="NAME")
    parser.add_argument("--drain", action="store_true", help="empty the queue once, and end")
    parser.add_argument("--neighbour", metavar="URL", help="one that webhooks may call though not public")
    given = parser.parse_args()
    settings = load()
    logs.set_up(settings.log_format)
    if traces_are_wanted():
        tracing.set_up("worker")
    url = settings.redis_url or ""
    uvloop.run(run(settings, url, given.names, drain=given.drain, neighbour=given.neighbour))
    tracing.finish()


if __name__ == "__main__":
    main()
