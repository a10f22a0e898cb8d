"""Which partition has what, and whether the data fit this installation's count."""

from collections.abc import Iterator

from service.comments.ids import id_hash, thread_hash
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.wire import Commands

FORMAT = 2
"""Version of what is stored; it grows when an older program could not read it any more (see `migrations`)."""

UNFINISHED = -1
"""In its place while a backup is put back."""


class Mismatch(Exception):
    """The data are not for this installation.

    Attributes:
        what: what is so, without an end.
        advice: what to do.
    """

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what}: {advice}.")
        self.what = what
        self.advice = advice


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
            Mismatch: another count or format.
        """
        await again_if_interrupted(commands, "HSETNX", keys.META, "format", FORMAT)
        await again_if_interrupted(commands, "HSETNX", keys.META, "partitions", self.count)
        compare(*await written(commands), self.count)


async def written(commands: Commands) -> tuple[int, int | None]:
    """Format and count of partitions of the data; of an empty store `FORMAT` and None."""
    found_format, found = await again_if_interrupted(commands, "HMGET", keys.META, "format", "partitions")
    return int(found_format or FORMAT), None if found is None else int(found)


def compare(found_format: int, found: int | None, count: int) -> None:
    """See whether the data fit a program of format `FORMAT` with `count` partitions.

    Raises:
        Mismatch.

    >>> compare(FORMAT + 1, 16, 16)
    Traceback (most recent call last):
    service.store.partitions.Mismatch: The data are of a newer Có Dấu, in format 3, and this one reads 2: \
run that one, or restore the backup that was made before it.
    """
    if found_format == UNFINISHED:
        raise Mismatch("A backup was not put back to its end", "run `codau restore` again, with --replace")
    if found_format > FORMAT:
        raise Mismatch(
            f"The data are of a newer Có Dấu, in format {found_format}, and this one reads {FORMAT}",
            "run that one, or restore the backup that was made before it",
        )
    if found_format < FORMAT:
        raise Mismatch(
            f"The data are of an older Có Dấu, in format {found_format}, and this one reads {FORMAT}",
            "start it with `codau up`, `codau api` or `codau worker`, which bring them forward",
        )
    if found not in (None, count):
        raise Mismatch(f"The data have {found} partitions", f"set CODAU_PARTITIONS={found}")
