"""A site of any size goes through in handfuls; `python -m bench.transfer` measures the memory that takes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.transfer_files import write_codau
from service.store.transfer import BATCH
from service.transfer.batches import MOST_CHARACTERS, batched
from service.transfer.exporting import lines_of
from service.transfer.importing import Tally, Told, import_site
from service.transfer.reading import read
from service.transfer.records import CommentRecord, Numbered, Records
from tests.transfer.sites import NOW, opened
from tests.transfer.test_bad_lines import comment, records

COUNT = 5 * BATCH // 2


async def test_no_more_than_a_batch_is_read_ahead_and_written_at_once(redis_url: str, tmp_path: Path) -> None:
    file = tmp_path / "bao.jsonl"
    write_codau(file, COUNT)
    given = 0

    def counted(those: Records) -> Iterator[Numbered]:
        nonlocal given
        for one in those:
            given += isinstance(one.record, CommentRecord)
            yield one

    ahead: list[int] = []
    told = Told(lambda tally: ahead.append(given - tally.comments), line=lambda *_: None)
    async with opened(redis_url) as store:
        with file.open("rb") as lines:
            tally = await import_site(store, "bao", counted(read(lines)), now_ms=NOW, told=told)
        assert tally == Tally(site_made=True, restored=COUNT)
        assert max(ahead) <= 1  # the one that began the next batch
        assert len(ahead) == 1 + 3  # the site, and three batches of comments
        site = (await store.directory.current()).site("bao")
        sizes = [len(batch) async for batch in lines_of(store, site)]
        assert max(sizes) <= BATCH
        assert sum(sizes) == COUNT + 3


def test_long_comments_come_in_smaller_batches() -> None:
    [long] = records(comment())
    text = "á" * (MOST_CHARACTERS // 3)
    entry = long.log[0]._replace(text=text)
    made = (Numbered(n, replace(long, id=f"id-{n}", log=(entry,))) for n in range(9))
    assert [len(batch) for batch in batched(made)] == [4, 4, 1]
