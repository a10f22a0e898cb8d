"""What was answered to a moderator is what every reader sees from then on, in every process, by 304 too.

`python -m bench.moderated_thread` does the same for a minute, with processes of their own.
"""

import asyncio

from tests.api.calls import another_process
from tests.api.watching import Log, Moderator, Reader, submitted
from tests.running import Caller, Running

MOVES = 60


async def test_no_read_shows_other_than_what_was_decided_before_it(service: Running, redis_url: str) -> None:
    async with another_process(redis_url) as http:
        websites = [service.website, Caller(http, service.website.key)]
        moderators = [service.moderator, Caller(http, service.moderator.key)]
        comments, log = await submitted(service, 9), Log()
        deciding = [Moderator(comments[n::3], moderators, websites, log, seed=n) for n in range(3)]
        readers = [Reader(websites, log, seed=n) for n in range(6)]
        moves = asyncio.gather(*(_moves(*pair) for pair in zip(deciding, readers[:3], strict=True)))
        await asyncio.gather(moves, *(_reads(reader, moves) for reader in readers[3:]))
        assert log.moves >= MOVES
        assert 0 < log.matches < log.reads


async def _moves(moderator: Moderator, reader: Reader) -> None:
    """Decide, and look at once."""
    for _ in range(MOVES // 3 + 5):
        await moderator.move()
        for _ in range(3):
            await reader.read()


async def _reads(reader: Reader, until: "asyncio.Future[list[None]]") -> None:
    while not until.done():
        await reader.read()
