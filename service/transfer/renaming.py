"""Standings on their way to a site of another name.

An author who is known by e-mail or address alone has a key that is digested with the site's name, so that the
keys of two sites cannot be compared. On a site of another name the key is another one; it is found again as
soon as a comment of the author's comes by.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from service.comments.authors import address_key, author_key
from service.comments.model import Author
from service.store.transfer import AuthorStanding

_DIGESTED = ("email:", "address:")
_KEYS = (author_key, address_key)


class Renaming:
    """Holds the standings whose key on the new site is not known yet."""

    def __init__(self, source: str, target: str) -> None:
        self._source = source
        self._target = target
        self._waiting: dict[str, tuple[int, AuthorStanding]] = {}

    def holds(self, line: int, known: AuthorStanding) -> bool:
        """Whether a standing has to wait for a comment of its author; if so, it is kept here."""
        waits = self._source != self._target and known.author.startswith(_DIGESTED)
        if waits:
            self._waiting[known.author] = (line, known)
        return waits

    def known_by(self, authors: Iterable[Author]) -> list[AuthorStanding]:
        """The standings that wait for one of these authors, under their key on the new site."""
        return [found for author in authors for found in self._of(author)] if self._waiting else []

    def _of(self, author: Author) -> Iterator[AuthorStanding]:
        for key_of in _KEYS:
            there, here = key_of(self._source, author), key_of(self._target, author)
            if here is not None and there in self._waiting:
                _, known = self._waiting.pop(there)
                yield replace(known, author=here)

    def unresolved(self) -> Iterator[tuple[int, str]]:
        """The lines of those of whom no comment came."""
        for line, _ in self._waiting.values():
            yield (
                line,
                "the author is known by e-mail or address alone, wrote none of these comments, and cannot be "
                "known again on a site of another name",
            )
