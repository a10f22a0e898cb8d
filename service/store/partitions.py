"""Which partition has what, and whether the data fit this installation's count."""

from collections.abc import Iterator

from service.comments.ids import id_hash, thread_hash
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.wire import Commands

FORMAT = "1"
"""Version of the stored data; a server with data of another format is refused."""


class Mismatch(Exception):
    """The data were written by an installation that this one is not."""


class Partitions:
    """`count` partitions; a thread and its comments share one."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.count))

    def of_thread(self, thread: str) -> int:
        return thread_hash(thread) % self.count

    def of_comment(self, comment_id: str) -> int:
        return id_hash(comment_id) % self.count

    async def check(self, commands: Commands) -> None:
        """Write format and count into an empty store; compare them with what a used one holds.

        Raises:
            Mismatch: another count or format; the message says what to do.
        """
        await again_if_interrupted(commands, "HSETNX", keys.META, "format", FORMAT)
        await again_if_interrupted(commands, "HSETNX", keys.META, "partitions", self.count)
        found_format, found = await again_if_interrupted(commands, "HMGET", keys.META, "format", "partitions")
        if found_format.decode() != FORMAT:
            raise Mismatch(
                f"The data have format {found_format.decode()}; this version reads format {FORMAT}."
            )
        if int(found) != self.count:
            raise Mismatch(f"The data have {int(found)} partitions: set CODAU_PARTITIONS={int(found)}.")
