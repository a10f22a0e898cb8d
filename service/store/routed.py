"""The hot path to a cluster: a connection to each server, and each command to whom it belongs.

The servers tell which slots are whose, and say so when that has changed. redis-py does what blocks.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from service.errors import Unavailable
from service.store.addresses import Address
from service.store.hearing import most
from service.store.session import Argument, ReplyError, Restarting
from service.store.slots import COUNT, first_key, slot_of, tag_of
from service.store.wire import Commands

_FOLLOWED = 5  # how often in a row one may be sent elsewhere: a slot that is moved takes two


class Line(Commands, Protocol):
    """What takes commands to one server of a cluster."""

    async def run_asked(self, *command: Argument) -> Any:
        """Run a command on a server that is taking the key over."""
        ...


class Routed:
    """`Commands` for the cluster of which one server answers at `seed`."""

    one_server = False

    def __init__(self, seed: Address, line: Callable[[Address], Line]) -> None:
        """
        Args:
            line: makes what talks to a server.
        """
        self._seed = seed
        self._make = line
        self._lines: dict[Address, Line] = {}
        self._owners: Sequence[Address] = ()
        self._known = {seed}
        self._learning: asyncio.Task[None] | None = None

    async def owner(self, key: str) -> Address:
        """The server that has a key, as far as is known.

        Raises:
            Restarting: nothing is known yet, and no server tells.
        """
        if not self._owners:
            await self._learn()
        return self._owners[slot_of(tag_of(key))]

    async def run(self, *command: Argument) -> Any:
        key = first_key(command)
        if not self._owners:
            await self._learn()
        if key is None:
            told = await asyncio.gather(*(self._line(one).run(*command) for one in set(self._owners)))
            return told[0]  # of a PING or a SCRIPT LOAD they are the same
        return await self._routed(slot_of(tag_of(key)), command)

    async def _routed(self, slot: int, command: tuple[Argument, ...]) -> Any:
        owner, asking = self._owners[slot], False
        for _ in range(_FOLLOWED):
            line = self._line(owner)
            try:
                return await (line.run_asked(*command) if asking else line.run(*command))
            except ReplyError as error:
                if error.kind not in ("MOVED", "ASK"):
                    raise
                owner, asking = _named(error, owner), error.kind == "ASK"
                if not asking:
                    self.learn_soon()
            except Unavailable:
                self.learn_soon()
                raise
        raise Unavailable("The cluster does not agree on who has what.")

    def ask(self, *command: Argument) -> "asyncio.Future[Any]":
        return asyncio.ensure_future(self.run(*command))

    async def _learn(self) -> None:
        """Ask who has what; who asks meanwhile waits for the same answer.

        Raises:
            Restarting: none of the servers that are known tells.
        """
        await asyncio.shield(self.learn_soon())

    def _learnt(self, learning: asyncio.Task[None]) -> None:
        self._learning = None
        if not learning.cancelled():
            learning.exception()  # who waits is told; in the background the next one asks again

    def learn_soon(self) -> asyncio.Task[None]:
        """Ask anew who has what, beside whatever goes on."""
        if self._learning is None:
            self._learning = asyncio.create_task(self._ask_around())
            self._learning.add_done_callback(self._learnt)
        return self._learning

    async def _ask_around(self) -> None:
        told = await most([self._told_by(one) for one in self._known])
        if not told:
            raise Restarting("The cluster cannot be reached.")
        _, self._owners, known = max(told)
        self._known = known | {self._seed}

    async def _told_by(self, address: Address) -> tuple[int, list[Address], set[Address]] | None:
        """What one server knows: the number of changes, who has each slot, and who has or copies any."""
        line = self._line(address)
        try:
            info, shares = await asyncio.gather(line.run("CLUSTER", "INFO"), line.run("CLUSTER", "SLOTS"))
        except (Unavailable, ReplyError):
            return None
        owners, known = [address] * COUNT, set[Address]()
        for first, last, *nodes in shares:
            places = [(host.decode() if host else address[0], port) for host, port, *_ in nodes]
            owners[first : last + 1] = [places[0]] * (last + 1 - first)
            known.update(places)
        return int(_said(info, b"cluster_current_epoch")), owners, known

    async def close(self) -> None:
        if self._learning is not None:
            self._learning.cancel()
        for line in self._lines.values():
            await line.close()

    def _line(self, address: Address) -> Line:
        if address not in self._lines:
            self._lines[address] = self._make(address)
        return self._lines[address]


def _said(info: bytes, name: bytes) -> bytes:
    """One line of what `CLUSTER INFO` says."""
    return info.partition(name + b":")[2].partition(b"\r")[0]


def _named(redirection: ReplyError, asked: Address) -> Address:
    """Whom `MOVED <slot> <host>:<port>` names; without a host it is the one of who was asked."""
    host, _, port = str(redirection).split(" ")[2].rpartition(":")
    return host or asked[0], int(port)
