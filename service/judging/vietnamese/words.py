"""A text as its words: lower case, folded spelling, with what is no running text (links, names of users) left
out.

Positions are code points of the text given, whatever its normal form. What the words mean for a check is not
decided here.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

COMMA = ","
TOKEN = re.compile(r"[^\W_]+|[,.!?…;:()\"“”\n]")
"""Words, with the digits in them, commas and ends of sentences; the training reads with the same."""

_SIGNS_OF_ADDRESS = re.compile(r"[@#/]|www\.|\w\.\w")
_CHUNK = re.compile(r"\S+")
_ADDRESS = re.compile(
    r"""^[(\["'<]*(?:
        [@\#]\w                                   # a mention, a hashtag
      | [a-z]+://                                 # a link
      | www\.
      | [\w.+-]+@[\w-]+\.\w                       # an e-mail address
      | [\w-]+(?:\.[\w-]+)*\.(?:com|vn|net|org|info|io|me|co|ly|gl|app|xyz|top|cc|club|online|shop|site)\b
      | \w[\w-]*\.(?:jpe?g|png|gif|pdf|docx?|xlsx?|mp[34]|zip|exe|txt|py|html?)\b   # a file
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_CHUNK = 2_100


@dataclass(frozen=True)
class Words:
    """The words of one text.

    Attributes:
        text: the text given.
        tokens: what `TOKEN` finds, lower case, in NFC.
    """

    text: str
    tokens: list[str]
    _read: str

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where each token stands in the text given, half-open, in code points."""
        found = [match.span() for match in TOKEN.finditer(self._read)]
        if len(self._read) == len(self.text):
            return found
        back = _positions(self.text)
        return [(back[start], back[end]) for start, end in found]

    def as_written(self, at: int) -> str:
        """One token with its case."""
        start, end = self.spans[at]
        return self.text[start:end]


@lru_cache(maxsize=32)
def words_of(text: str) -> Words:
    """Read a text; the last few are kept, since several checks read the same."""
    read = text if unicodedata.is_normalized("NFC", text) else "".join(_clusters(text))
    if _SIGNS_OF_ADDRESS.search(read):
        read = _CHUNK.sub(_blank_address, read)
    read = read.replace("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "I").lower()
    return Words(text, TOKEN.findall(read), read)


def _blank_address(chunk: re.Match[str]) -> str:
    found = chunk[0]
    if len(found) <= _LONGEST_CHUNK and not _ADDRESS.match(found):
        return found
    return " " * len(found)


def _clusters(text: str) -> list[str]:
    """Each base letter with the combining marks after it, composed."""
    clusters: list[str] = []
    for letter in text:
        if clusters and unicodedata.combining(letter):
            clusters[-1] += letter
        else:
            clusters.append(letter)
    return [unicodedata.normalize("NFC", cluster) for cluster in clusters]


def _positions(text: str) -> list[int]:
    """For each position in the composed text, the position in the text given; one more for its end."""
    positions: list[int] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not unicodedata.combining(text[end]):
            positions += [start] * len(unicodedata.normalize("NFC", text[start:end]))
            start = end
    return [*positions, len(text)]
