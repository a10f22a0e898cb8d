"""Records in handfuls that the store takes at once: of one kind, and of bounded size."""

from collections.abc import Iterator

from service.store.transfer import BATCH
from service.transfer.records import CommentRecord, Numbered, Record, Records

MOST_CHARACTERS = 4_000_000
"""Of texts held together: comments are mostly short, but need not be."""


def batched(records: Records) -> Iterator[list[Numbered]]:
    """Consecutive records of one kind; a comment's id comes once, for the second line builds on the first."""
    batch: list[Numbered] = []
    ids: set[str] = set()
    characters = 0
    for numbered in records:
        record = numbered.record
        full = len(batch) == BATCH or characters > MOST_CHARACTERS or _id(record) in ids
        if batch and (full or type(record) is not type(batch[0].record)):
            yield batch
            batch, ids, characters = [], set(), 0
        batch.append(numbered)
        if isinstance(record, CommentRecord):
            ids.add(record.id)
            characters += sum(len(entry.text or "") for entry in record.log)
    if batch:
        yield batch


def _id(record: Record) -> str | None:
    return record.id if isinstance(record, CommentRecord) else None
