"""Near-duplicates: a short fingerprint by which they meet, and how alike two texts are.

MinHash (Broder, 1997) over single words and pairs of them, in bands. Marks, case and disguise are folded: the
same advertisement is sent with and without its marks, and eight syllables in one order are too many to agree
by chance. Numbers count as one and the same, since copies differ in them. Nothing here knows which texts were
seen before.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.judging.reading import read

LEAST_SYLLABLES = 8

ALIKE = 0.75
"""Similarity from which on two texts are nearly the same; measured on tests/cases/duplicates.tsv."""

_MOST_WORDS = 2_000
"""Longer texts are told apart by their beginning: it bounds the time."""

_TOGETHER = 4_096
"""Words that are hashed at once, of how many texts ever: numpy takes as long to begin as for two texts, and
what is in hand then stays in the processor's cache."""

_BANDS, _ROWS = 8, 3
"""Two texts of Jaccard similarity s share a band with probability 1 - (1 - s³)⁸: 0.3: 0.20, 0.7: 0.96, 0.9:
1.
"""

_Hashes = npt.NDArray[np.uint64]


def _constants(name: str) -> _Hashes:
    drawn = (hashlib.blake2b(f"{name}:{n}".encode(), digest_size=8).digest() for n in range(_BANDS * _ROWS))
    return np.array([int.from_bytes(one, "big") | 1 for one in drawn], dtype=np.uint64)[:, None]


_FACTORS, _OFFSETS = _constants("factor"), _constants("offset")
_PAIR = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_SIZE = 8 * _ROWS  # bytes of one band's rows
_OUTLINE = 1_024  # bits


class Pieces(NamedTuple):
    """The words of a text and the pairs of neighbours: what two texts are compared by.

    Attributes:
        hashes: a number for each, 64 bits in this machine's order; what repeats itself is there as often.
        outline: has a bit for each hash; texts whose outlines differ much are not alike.
    """

    hashes: bytes
    outline: int

    def numbers(self) -> set[int]:
        return set(memoryview(self.hashes).cast("Q").tolist())


class Fingerprint(NamedTuple):
    """What a text is found by and compared by; two texts that share one band are worth comparing.

    Attributes:
        bands: eight strings of 13 characters; the same in every version and process.
        pieces: what it is compared by.
    """

    bands: tuple[str, ...]
    pieces: Pieces


def _syllables(text: str) -> list[str]:
    return [word if not word.isdigit() else "0" for word in read(text).keys[:_MOST_WORDS]]


def fingerprint(text: str) -> Fingerprint | None:
    """Give the fingerprint of a text, or None under eight syllables.

    >>> fingerprint("Bài viết rất hay") is None
    True
    >>> one = fingerprint("Cho vay tiền nhanh trong ngày, chỉ cần căn cước")
    >>> one == fingerprint("CHO VAY TIEN NHANH TRONG NGAY: CHI CAN CAN CUOC!!!")
    True
    """
    [made] = fingerprints([text])
    return made


def fingerprints(texts: Sequence[str]) -> list[Fingerprint | None]:
    """Give the fingerprints of many texts, in half the time that one by one would take."""
    words = [_syllables(text) for text in texts]
    made = chain.from_iterable(map(_made, _parted(filter(_is_long_enough, words))))
    return [next(made) if _is_long_enough(one) else None for one in words]


def _is_long_enough(words: Sequence[str]) -> bool:
    return len(words) - words.count("0") >= LEAST_SYLLABLES


def _parted(texts: Iterable[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    """Texts that are hashed together."""
    part, size = list[Sequence[str]](), 0
    for one in texts:
        if part and size + len(one) > _TOGETHER:
            yield part
            part, size = [], 0
        part.append(one)
        size += len(one)
    if part:
        yield part


def _made(texts: Sequence[Sequence[str]]) -> list[Fingerprint]:
    lengths = np.array(list(map(len, texts)))
    hashes = _hashes(texts, lengths)
    return list(map(Fingerprint, _bands(hashes, lengths), _pieces(hashes, lengths)))


def _hashes(texts: Sequence[Sequence[str]], lengths: npt.NDArray[np.int_]) -> _Hashes:
    """Two rows: a number for each word, 32 bits, and for it and the next one, 64 bits; the last word of a
    text, which has none behind it, stands in both."""
    words = chain.from_iterable(texts)
    single = np.array(list(map(zlib.crc32, map(str.encode, words))), dtype=np.uint64)
    pairs = single * _PAIR
    pairs[:-1] += single[1:]
    last = np.cumsum(lengths) - 1
    pairs[last] = single[last]
    return np.stack([single, pairs])


def _bands(hashes: _Hashes, lengths: npt.NDArray[np.int_]) -> Iterator[tuple[str, ...]]:
    """By text, the least of each row."""
    first = np.cumsum(lengths) - lengths
    single, pairs = (np.minimum.reduceat(some * _FACTORS + _OFFSETS, first, axis=1) for some in hashes)
    for least in (np.minimum(single, pairs) >> _HALF).T.astype(">u8"):
        rows = least.tobytes()
        yield tuple([f"{band}{_digest(rows[_SIZE * band : _SIZE * (band + 1)])}" for band in range(_BANDS)])


def _digest(rows: bytes) -> str:
    return hashlib.blake2b(rows, digest_size=6).hexdigest()


def _pieces(hashes: _Hashes, lengths: npt.NDArray[np.int_]) -> Iterator[Pieces]:
    outlines = np.zeros((len(lengths), _OUTLINE), dtype=np.bool_)
    outlines[np.repeat(np.arange(len(lengths)), lengths), (hashes % _OUTLINE).astype(np.intp)] = True
    ends = np.cumsum(lengths)
    for start, end, outline in zip(ends - lengths, ends, np.packbits(outlines, axis=1), strict=True):
        yield Pieces(hashes[:, start:end].tobytes(), int.from_bytes(outline.tobytes()))


def similarity(a: str, b: str) -> float:
    """Tell how alike two texts are: 1.0 is the same once case, marks, numbers and punctuation are folded.

    It is the share of words and pairs of words that both have (Dice): one word in ten changed gives about
    0.85.

    >>> similarity("Rất hay!", "rat hay")
    1.0
    """
    return alike(pieces(a), pieces(b))


def alike(ours: Pieces, theirs: Pieces) -> float:
    """The similarity of two texts whose pieces are known already."""
    if ours.hashes == theirs.hashes:
        return 1.0
    one, other = ours.numbers(), theirs.numbers()
    return 2 * len(one & other) / (len(one) + len(other))


def may_be_alike(ours: Pieces, theirs: Pieces) -> bool:
    """Whether two texts can be similar by `ALIKE` at all: most are not, and this takes a tenth of the time.

    What one outline alone has is a piece that the other text has not; no text has more pieces than hashes.
    """
    both = (len(ours.hashes) + len(theirs.hashes)) // 8
    return (ours.outline ^ theirs.outline).bit_count() <= (1 - ALIKE) * both


def pieces(text: str) -> Pieces:
    """Take a text apart."""
    words = _syllables(text)
    if not words:
        return Pieces(b"", 0)
    lengths = np.array([len(words)])
    [made] = _pieces(_hashes([words], lengths), lengths)
    return made
