"""Names to addresses, each of which is checked: one that is not public refuses the name.

A look-up has a thread of its own, since the system's resolver cannot be told to stop and a name that hangs
must delay no other; one at a time for each name, so that a hanging one holds one thread.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from service.outgoing.addresses import is_public

LookUp = Callable[[str], Sequence[tuple[int, str]]]
"""A host's addresses: (family, address)."""


class NotPublic(OSError):
    """A name or an address leads into a network that is not public."""


def system_look_up(host: str) -> Sequence[tuple[int, str]]:
    """Ask the system.

    Raises:
        OSError: the name has no address.
    """
    infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [(family, str(address[0])) for family, _, _, _, address in infos]


class CheckedResolver(AbstractResolver):
    """aiohttp's resolver for outgoing calls."""

    def __init__(self, look_up: LookUp = system_look_up, *, allow_private: bool = False) -> None:
        self._look_up = look_up
        self._allow_private = allow_private
        self._under_way: dict[str, asyncio.Future[Sequence[tuple[int, str]]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """All addresses of a host.

        Raises:
            NotPublic: one of them is not public.
            OSError: the name has none.
        """
        found = list(dict.fromkeys(await self._found(host)))
        if not found:
            raise OSError("The name has no address.")
        if not self._allow_private and not all(is_public(address) for _, address in found):
            raise NotPublic("The name leads to an address that is not public.")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=kind,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, address in found
            if family in (socket.AF_UNSPEC, kind)
        ]

    async def _found(self, host: str) -> Sequence[tuple[int, str]]:
        future = self._under_way.get(host)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            threading.Thread(target=self._run, args=(host, future), daemon=True).start()
            self._under_way[host] = future  # not before: where no thread is to be had, nobody may wait for it
            future.add_done_callback(lambda _: self._under_way.pop(host, None))
        return await asyncio.shield(future)

    def _run(self, host: str, future: "asyncio.Future[Any]") -> None:
        """In a thread: look up, and tell the loop, unless it has ended meanwhile."""
        result: Any
        try:
            result = self._look_up(host)
        except (OSError, UnicodeError) as error:
            result = OSError(str(error))
        with contextlib.suppress(RuntimeError):
            future.get_loop().call_soon_threadsafe(_tell, future, result)

    async def close(self) -> None:
        """Forget what is under way; the threads end by themselves."""
        for future in list(self._under_way.values()):
            future.cancel()


def _tell(future: "asyncio.Future[Any]", result: Any) -> None:
    if future.done():
        return
    if isinstance(result, OSError):
        future.set_exception(result)
        future.exception()  # whoever asked may have gone away
    else:
        future.set_result(result)
