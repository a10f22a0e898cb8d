"""A text as its words: lower case, folded spelling, with what is no running text (links, names of users) left
out.

Positions are code points of the text given, whatever its normal form. What the words mean for a check is not
decided here.
"""

import re
import unicodedata

from service.judging.sharing import Shared, lazily
from service.judging.text import hidden, is_plain

COMMA = ","
ENDS = '.!?…;:()"“”\n'
TOKEN = re.compile(f"[^\\W_]+|[{COMMA}{ENDS}]")
"""Words, with the digits in them, commas and ends of sentences; the training reads with the same."""

_STYLED = re.compile("[\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\U0001d400-\U0001d6a3\U0001f130-\U0001f149]")
"""Latin letters in another dress: full-width, circled, mathematical, squared; each stands for one letter."""
_INNER_DOT = re.compile(r"\.\w")
_CHUNK = re.compile(r"\S+")
_ADDRESS = re.compile(
    r"""^[(\["'<]*(?:
        [@\#]\w                                   # a mention, a hashtag
      | [a-z]+://                                 # a link
      | www\.
      | [\w.+-]+@[\w-]+\.\w                       # an e-mail address
      | [\w-]+(?:\.[\w-]+)*\.(?:com|vn|net|org|info|io|app|xyz|top|club|online|shop|site)(?:[/:?\#]|\W*$)
      | [\w-]+\.[a-z]{2,4}/                        # a shortened link
      | \w[\w-]*\.(?:jpe?g|png|gif|pdf|docx?|xlsx?|mp[34]|zip|exe|txt|py|html?)\W*$   # a file
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_CHUNK = 2_100


MOST_JUDGED = 10_000
_MOST_MARKS = 3
"""Combining marks read on one letter; a Vietnamese letter has two at most, and more of them only disguise."""


class Words(Shared):
    """The words of one text; made by `words_of`.

    Attributes:
        text: the text given.
        read: as it is read: lower case, in NFC, without what hides, links blanked out.
        tokens: what `TOKEN` finds there.
        is_plain: whether all letters are Latin ones and nothing hides.
    """

    def __init__(self, text: str, read: str, positions: list[int] | None, *, is_plain: bool) -> None:
        super().__init__()
        self.text, self.read, self._positions, self.is_plain = text, read, positions, is_plain
        self.tokens: list[str] = TOKEN.findall(read)

    @lazily
    def spans(self) -> list[tuple[int, int]]:
        """Where each token stands in the text given, half-open, in code points."""
        found = [match.span() for match in TOKEN.finditer(self.read)]
        back = self._positions
        if back is None:
            return found
        return [(back[start], back[end]) for start, end in found]

    def as_written(self, at: int) -> str:
        """One token with its case."""
        start, end = self.spans[at]
        return self.text[start:end]


def opening_of(text: str) -> Words:
    """The words of a text's first `MOST_JUDGED` code points: enough to judge it by, however long it is."""
    return words_of(text[:MOST_JUDGED])


def words_of(text: str) -> Words:
    """Read a text."""
    plain = is_plain(text)
    read, positions = (text, None) if plain else _unhidden(text)
    if "@" in read or "#" in read or "/" in read or _INNER_DOT.search(read):
        read = _CHUNK.sub(_blank_address, read)
    read = read.replace("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "I").lower()
    return Words(text, read, positions, is_plain=plain)


def _blank_address(chunk: re.Match[str]) -> str:
    found = chunk[0]
    if len(found) <= _LONGEST_CHUNK and not _ADDRESS.match(found):
        return found
    return " " * len(found)


def _unhidden(text: str) -> tuple[str, list[int] | None]:
    hides = hidden(text)
    if hides or not unicodedata.is_normalized("NFC", text) or _STYLED.search(text):
        return _composed(text, set(hides))
    return text, None


def _composed(text: str, hides: set[int]) -> tuple[str, list[int]]:
    """The text, each letter and its marks as one, and where each code point of it, and its end, came from."""
    read: list[str] = []
    positions: list[int] = []
    cluster, start = "", 0
    for at, letter in enumerate(text):
        if at in hides:
            continue
        if cluster and unicodedata.combining(letter):
            if len(cluster) <= _MOST_MARKS:
                cluster += letter
            continue
        _close(cluster, start, read, positions)
        cluster, start = letter, at
    _close(cluster, start, read, positions)
    return "".join(read), [*positions, len(text)]


def _close(cluster: str, start: int, read: list[str], positions: list[int]) -> None:
    composed = unicodedata.normalize("NFKC" if _STYLED.match(cluster) else "NFC", cluster)
    read.append(composed)
    positions += range(start, start + len(composed))
