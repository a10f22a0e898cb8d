"""A store filled with what commands make, and with nothing else.

Until all is there its format says that it is not, so that no service starts on a half of it.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from itertools import islice

from service.backup.line import Line
from service.backup.refusals import BackupRefused
from service.backup.unpacking import Command
from service.store import keys
from service.store.partitions import UNFINISHED

_OURS = b"codau:"
_META = keys.META.encode()
_AT_ONCE = 1_000


async def refuse_used(line: Line, *, replace: bool) -> None:
    """Raises: BackupRefused: the API runs on the store, or it has data that may not be thrown away."""
    if await line.ask("PUBSUB", "CHANNELS", keys.answers("*")):
        raise BackupRefused("the API is at work on this store: stop it first, and every worker")
    if not (replace or await is_unused(line)):
        raise BackupRefused("the store has data; with --replace they are thrown away")


async def is_unused(line: Line) -> bool:
    """Whether there is nothing of ours but what a command notes that only looks."""
    async for names in _ours(line):
        if set(names) - {_META}:
            return False
    return True


async def clear(line: Line) -> None:
    """Delete all that is ours; from here on the store is unfinished."""
    await line.ask("HSET", keys.META, "format", UNFINISHED)
    await line.ask("HDEL", keys.META, "partitions")
    async for names in _ours(line):
        await line.do([[b"UNLINK", name] for name in names if name != _META])


async def fill(
    line: Line, commands: Iterable[Command], tell: Callable[[int], None], *, data_format: int
) -> int:
    """Carry out the commands that concern us; returns how many. With the last one the store is finished.

    Args:
        tell: takes how many there are by now.
        data_format: of what the commands make.
    """
    ours = (command for command in commands if _key_of(command).startswith(_OURS))
    last: list[Command] = []
    count = 0
    while some := list(islice(ours, _AT_ONCE)):
        last += (command for command in some if _key_of(command) == _META)
        await line.do([command for command in some if _key_of(command) != _META])
        count += len(some)
        tell(count)
    await line.do([*last, [b"HSET", _META, b"format", b"%d" % data_format]])
    return count


def _key_of(command: Command) -> bytes:
    return command[2 if command[0] == b"XGROUP" else 1]


async def _ours(line: Line) -> AsyncIterator[list[bytes]]:
    """All names of our keys, a page at a time, some of them perhaps twice."""
    cursor = b"0"
    while True:
        cursor, names = await line.ask("SCAN", cursor, "MATCH", _OURS + b"*", "COUNT", _AT_ONCE)
        yield names
        if cursor == b"0":
            return
