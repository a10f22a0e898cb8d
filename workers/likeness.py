"""How texts stand to earlier ones of their site: near-duplicates, and an author's repeats.

The store proposes which may be alike (`service/store/likeness.py`); here they are compared as they now stand.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.comments import record
from service.comments.authors import author_key
from service.comments.model import Comment, State
from service.judging.fingerprint import ALIKE, Pieces, alike, fingerprints, may_be_alike, pieces
from service.judging.text import visible
from service.store.likeness import Candidates, Entered
from service.store.store import Store

_COUNTS = frozenset([State.QUEUED, State.PENDING, State.PUBLISHED])

_Version = tuple[str, str, int]
"""Site, id and version of a comment."""

_REMEMBERED = 10_000
"""Texts whose pieces are kept, some 1 KB each: a wave of copies meets those that came before."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a text stands to earlier ones of its site.

    Attributes:
        nearest: similarity to the most similar, 0 to 1; None with none alike.
        cluster: what that one belongs to.
        repeats: the author's own, identical, stands in the thread.
    """

    nearest: float | None = None
    cluster: str | None = None
    repeats: bool = False

    def with_one(self, close: float, cluster: str, *, repeats: bool) -> "Likeness":
        """With one more earlier text that is like it."""
        nearer = self.nearest is None or close > self.nearest
        return Likeness(
            close if nearer else self.nearest,
            cluster if nearer else self.cluster,
            self.repeats or repeats,
        )


class Comparer:
    """Compares texts with earlier ones, and keeps the pieces of some: hashes of words, no text."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pieces: OrderedDict[_Version, Pieces] = OrderedDict()

    async def likenesses(self, comments: Sequence[Comment], windows_ms: Sequence[int]) -> list[Likeness]:
        """Enter comments into the index one after the other, and compare each with those that it names.

        Args:
            windows_ms: by comment, for how long its text is remembered.
        """
        prints = fingerprints([comment.now.submitted for comment in comments])
        bands = [one.bands if one else () for one in prints]
        candidates = await self._store.likeness.enter_all(list(map(Entered, comments, bands, windows_ms)))
        stored = await self._proposed(comments, candidates)
        return [
            self._likeness(comment, one.pieces, found, stored) if one else Likeness()
            for comment, one, found in zip(comments, prints, candidates, strict=True)
        ]

    async def _proposed(
        self, comments: Sequence[Comment], candidates: Sequence[Candidates]
    ) -> dict[tuple[str, str], bytes]:
        """By site and id, what is stored of all candidates."""
        wanted: dict[str, set[str]] = {}
        for comment, found in zip(comments, candidates, strict=True):
            wanted.setdefault(comment.site, set()).update(found.ids)
        stored = {site: await self._store.comments.stored(site, ids) for site, ids in wanted.items()}
        return {(site, one): found for site, by_id in stored.items() for one, found in by_id.items()}

    def _likeness(
        self, comment: Comment, ours: Pieces, candidates: Candidates, stored: Mapping[tuple[str, str], bytes]
    ) -> Likeness:
        """Compare a text with those that may be like it.

        Of two that come at the same moment the one that enters the index later sees the other. What was
        entered already (a worker died before its verdict) goes by the time at which the texts were written.
        """
        self._remember(comment, ours)
        found = Likeness()
        for other, close in self._alike(comment.site, ours, candidates.ids, stored):
            earlier = _came_before(other, comment)
            if candidates.entered or earlier:
                before = earlier or other.id in candidates.before
                found = found.with_one(close, other.cluster, repeats=before and _is_repeat(comment, other))
            if found.repeats:
                break
        return found

    def _alike(
        self, site: str, ours: Pieces, ids: Sequence[str], stored: Mapping[tuple[str, str], bytes]
    ) -> Iterator[tuple[Comment, float]]:
        """Those of some comments that still stand and are alike, and how much."""
        for other_id in ids:
            document = stored.get((site, other_id))
            if document is None:
                continue
            version, state = record.header(document)
            if state not in _COUNTS:
                continue
            theirs = self._pieces.get((site, other_id, version))
            if theirs is None:
                other = record.load(site, other_id, document)
                theirs = self._remember(other, pieces(other.now.submitted))
            if may_be_alike(ours, theirs) and (close := alike(ours, theirs)) >= ALIKE:
                yield record.load(site, other_id, document), close

    def _remember(self, comment: Comment, known: Pieces) -> Pieces:
        """Keep the pieces of a comment's text, as it is in this version."""
        self._pieces[_name(comment)] = known
        if len(self._pieces) > _REMEMBERED:
            self._pieces.popitem(last=False)
        return known

    def follow(self, before: Comment, after: Comment) -> None:
        """Know a comment again after a step that has left its text as it was."""
        known = self._pieces.pop(_name(before), None)
        if known is not None:
            self._pieces[_name(after)] = known


def _name(comment: Comment) -> _Version:
    return comment.site, comment.id, comment.version


def _came_before(other: Comment, comment: Comment) -> bool:
    return (other.now.submitted_at, other.id) < (comment.now.submitted_at, comment.id)


def _is_repeat(one: Comment, other: Comment) -> bool:
    """The same words by the same author in the same thread; case and blanks aside, but not numbers."""
    author = author_key(one.site, one.author)
    return (
        author is not None
        and author == author_key(other.site, other.author)
        and one.thread == other.thread
        and _words(one) == _words(other)
    )


def _words(comment: Comment) -> list[str]:
    return visible(comment.now.submitted).casefold().split()
