"""Which earlier comments of a site read like this one: an index of their fingerprints.

The index only proposes; whether two texts are alike is decided on the texts themselves, as they now stand.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, NamedTuple

from service.comments.ids import LENGTH
from service.comments.model import Comment
from service.judging.fingerprint import fingerprint
from service.store import keys
from service.store.scripts import Part, call_all
from service.store.wire import Argument, Commands

_TOLD = 10
"""The latest comments that each band tells of; a wave of one text is known by any of them."""

_COMPARED = 10
"""The most likely ones are read and compared: a bounded time, however many are alike."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Comments that may be like one that was just looked up.

    Attributes:
        ids: those that share most bands first, of these the latest.
        entered: whether the text was new to the index; then all of `ids` were entered before it.
        before: those that the first band had before it. Of two identical texts, which share every band, just
            one has the other here, wherever the bands are kept.
    """

    ids: Sequence[str] = ()
    entered: bool = False
    before: frozenset[str] = frozenset()


class Entered(NamedTuple):
    """A comment to be entered: the bands of its fingerprint, and for how long its text is remembered."""

    comment: Comment
    bands: Sequence[str]
    window_ms: int


class LikenessStore:
    """Remembers fingerprints for as long as the policy's window."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def enter(self, comment: Comment, *, window_ms: int) -> Candidates:
        """Enter a comment, and find others that may be like it."""
        [candidates] = await self.enter_all([Entered(comment, bands(comment.now.submitted), window_ms)])
        return candidates

    async def enter_all(self, entered: Sequence[Entered]) -> list[Candidates]:
        """Enter comments one after the other, and find for each others that may be like it."""
        parts = list(chain.from_iterable([self._parts(one) for one in entered if one.bands]))
        told = iter(await call_all(self._commands, "like", parts, [_TOLD]))
        return [_candidates(list(islice(told, 2 * len(one.bands)))) for one in entered]

    def _parts(self, one: Entered) -> list[Part]:
        """All bands together where one server has them, else each by itself."""
        comment, names = one.comment, [keys.like(one.comment.site, band) for band in one.bands]
        said: list[Argument] = [comment.id, comment.now.submitted_at, one.window_ms]
        if self._commands.one_server:
            return [Part(names, [*said, len(names)])]
        return [Part([name], [*said, 1]) for name in names]

    async def forget(self, comment: Comment) -> None:
        """Take every text that the reader wrote of a comment out of the index, before it is erased."""
        texts = {entry.text for entry in comment.log if entry.text is not None}
        names = {keys.like(comment.site, band) for text in texts for band in bands(text)}
        await call_all(self._commands, "unlike", [Part([name]) for name in names], [comment.id])


def bands(text: str) -> Sequence[str]:
    """The bands of a text; none where it is too short."""
    known = fingerprint(text)
    return known.bands if known else ()


def _candidates(told: Sequence[Any]) -> Candidates:
    """The most likely of those that the bands of one text tell of."""
    if not told:
        return Candidates()
    new, others = told[::2], list(map(_ids, told[1::2]))
    shared = Counter(chain.from_iterable(others))
    likely = sorted(shared, key=lambda other: (shared[other], other), reverse=True)[:_COMPARED]
    return Candidates(likely, 1 in new, frozenset(others[0]) if new[0] == 1 else frozenset())


def _ids(entries: bytes) -> list[str]:
    return [one[:LENGTH] for one in entries.decode().split()]
