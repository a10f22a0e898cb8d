"""Files of other comment systems, imported and looked at: helpers of the tests of every format."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from service.comments.model import Comment
from service.store.store import Store
from service.transfer.formats import reader_of
from service.transfer.formats.adopting import Adoption, adopted
from service.transfer.formats.foreign import Foreign, NumberedForeign, Options
from service.transfer.formats.names import NameFrom
from service.transfer.importing import Tally, Told, import_site
from tests.store.looking import Everything, assert_consistent, everything
from tests.transfer.sites import NOW

PLAIN = Options()
Lines = list[tuple[int, str]]


def adoption(format: str = "test", *, depth: int = 3, name_from: NameFrom | None = None) -> Adoption:
    return Adoption(format, "bao", depth, name_from, NOW, read=lambda _: None)


async def imported_records(store: Store, records: Iterable[Foreign], into: Adoption) -> tuple[Tally, Lines]:
    """What became of records that a reader might have given, each on a line of its own."""
    numbered = (NumberedForeign(line, record) for line, record in enumerate(records, 1))
    return await _taken(store, numbered, into)


async def imported_file(
    store: Store,
    format: str,
    content: bytes,
    *,
    options: Options = PLAIN,
    name_from: NameFrom | None = None,
) -> tuple[Tally, Lines]:
    """What became of a file, and what was told of its lines."""
    records = reader_of(format)(io.BytesIO(content), options)
    return await _taken(store, records, adoption(format, name_from=name_from))


async def _taken(store: Store, records: Iterable[NumberedForeign], into: Adoption) -> tuple[Tally, Lines]:
    told: Lines = []
    whom = Told(progress=lambda _: None, line=lambda line, what: told.append((line, what)))
    tally = await import_site(store, into.site, adopted(iter(records), into), now_ms=NOW, told=whom)
    return tally, told


@dataclass(frozen=True)
class Seen:
    """All that is in the store afterwards; its indexes are known to agree."""

    all: Everything

    @cached_property
    def by_text(self) -> dict[str, Comment]:
        return {comment.body: comment for comment in self.all.comments.values() if comment.body is not None}


def seen(url: str) -> Seen:
    found = everything(url)
    assert_consistent(found)
    return Seen(found)
