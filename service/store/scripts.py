"""The Lua scripts, by name; each file in `lua/` opens with its contract.

`call` is for scripts that may be repeated: they return what the first call stored.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha1
from importlib.resources import files
from itertools import chain
from typing import Any, NamedTuple

from service import tracing
from service.store.connection import again_if_interrupted
from service.store.wire import Argument, Commands, ReplyError


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    text: str
    sha: str
    reads: bool
    """Whether it changes nothing, by its flags."""


_SHARED: Mapping[str, Sequence[str]] = {
    "limit": ["_limit"],
    "submit": ["_record", "_submit"],
    "intake": ["_limit", "_record", "_submit"],
    "commit": ["_record"],
    "claim": ["_record"],
    "like": ["_likes"],
    "unlike": ["_likes"],
    "enqueue": ["_hand_out"],
    "settle": ["_hand_out"],
}
"""Rules that stand in front of a script: each is one file, however many scripts apply it."""


@cache
def script(name: str) -> Script:
    """Read `lua/<name>.lua`, with the rules it applies in front of it."""
    folder = files("service.store").joinpath("lua")
    parts = [*_SHARED.get(name, ()), name]
    *shared, own = (folder.joinpath(f"{part}.lua").read_text(encoding="utf-8") for part in parts)
    flags = own[: own.index("\n")] if own.startswith("#!") else ""  # the server reads them in the first line
    text = "\n".join([flags, *shared, own.removeprefix(flags)])
    sha = sha1(text.encode(), usedforsecurity=False).hexdigest()
    return Script(name, text, sha, reads="no-writes" in flags)


ALL = (
    *(
        "intake",
        "submit",
        "commit",
        "configure",
        "thread",
        "limit",
        "memory",
        "claim",
        "release",
        "like",
        "unlike",
        "senders",
        "count",
        "waiting",
        "forget",
    ),
    *("ranges", "sizes", "fields"),
    *("restore", "restore_thread", "restore_standing"),
    *("hook", "enqueue", "settle"),
)


class Refused(Exception):
    """A script's deliberate `{err = "<code> …"}`: nothing was changed."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


async def call(
    commands: Commands, name: str, keys: list[str], arguments: list[Argument], *, repeat: bool = True
) -> Any:
    """Run a script by its digest; send its text where the server does not know it.

    Args:
        repeat: whether a second run returns what the first one did; with False a broken connection raises
            `Interrupted`, and the caller finds out what became of it.

    Raises:
        Refused: the script said no.
        Unavailable: the store cannot be reached or cannot write.
    """
    chosen, run = script(name), partial(again_if_interrupted, commands) if repeat else commands.run
    only = "_RO" if chosen.reads else ""
    with tracing.span("script " + name):
        try:
            return await run("EVALSHA" + only, chosen.sha, len(keys), *keys, *arguments)
        except ReplyError as error:
            if error.kind != "NOSCRIPT":
                raise _refusal(error) from None
        try:
            return await run("EVAL" + only, chosen.text, len(keys), *keys, *arguments)
        except ReplyError as error:
            raise _refusal(error) from None


class Part(NamedTuple):
    """What a script that takes any number of them is told of one: keys of one slot, and arguments."""

    keys: Sequence[str]
    arguments: Sequence[Argument] = ()


async def call_all(
    commands: Commands, name: str, parts: Sequence[Part], first: Sequence[Argument] = ()
) -> list[Any]:
    """What a script tells of each part, one after the other: one call where one server has all keys.

    On a cluster each part is a call of its own.

    Args:
        first: arguments that stand before those of the parts.
    """
    if not parts:
        return []
    if commands.one_server:
        found: list[Any] = await call(commands, name, *_joined(parts, first))
        return found
    told = await asyncio.gather(*(call(commands, name, *_joined([part], first)) for part in parts))
    return list(chain.from_iterable(told))


def _joined(parts: Sequence[Part], first: Sequence[Argument]) -> tuple[list[str], list[Argument]]:
    names = list(chain.from_iterable([part.keys for part in parts]))
    return names, [*first, *chain.from_iterable([part.arguments for part in parts])]


def _refusal(error: ReplyError) -> Exception:
    """Deliberate codes are lower case; what Redis itself says begins with capitals."""
    code, _, detail = str(error).partition(" ")
    return Refused(code, detail) if code.islower() else error
