"""Near-duplicates: a short fingerprint by which they meet, and how alike two texts are.

MinHash (Broder, 1997) over single words and pairs of them, in bands. Marks, case and disguise are folded: the
same advertisement is sent with and without its marks, and eight syllables in one order are too many to agree
by chance. Numbers count as one and the same, since copies differ in them. Nothing here knows which texts were
seen before.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt

from service.judging.reading import read

LEAST_SYLLABLES = 8

ALIKE = 0.75
"""Similarity from which on two texts are nearly the same; measured on tests/cases/duplicates.tsv."""

_MOST_WORDS = 2_000
"""Longer texts are told apart by their beginning: it bounds the time."""

_BANDS, _ROWS = 8, 3
"""Two texts of Jaccard similarity s share a band with probability 1 - (1 - s³)⁸: 0.3: 0.20, 0.7: 0.96, 0.9:
1.
"""

_Hashes = npt.NDArray[np.uint64]


def _constants(name: str) -> _Hashes:
    drawn = (hashlib.blake2b(f"{name}:{n}".encode(), digest_size=8).digest() for n in range(_BANDS * _ROWS))
    return np.array([int.from_bytes(one, "big") | 1 for one in drawn], dtype=np.uint64)


_FACTORS, _OFFSETS = _constants("factor"), _constants("offset")
_PAIR = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_SIZE = 8 * _ROWS  # bytes of one band's rows


Pieces = frozenset[int]
"""The words of a text and the pairs of neighbours: what two texts are compared by. Each is a number, 64 bits,
that this process alone gives it, so that they can be kept for a while where texts may not.
"""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a text is found by and compared by; two texts that share one band are worth comparing.

    Attributes:
        bands: eight strings of 13 characters; the same in every version and process.
        pieces: what it is compared by.
    """

    bands: tuple[str, ...]
    pieces: Pieces


def _syllables(text: str) -> list[str]:
    return [word if not word.isdigit() else "0" for word in read(text).keys[:_MOST_WORDS]]


def _hashes(words: Sequence[str]) -> _Hashes:
    """A number for each word, 32 bits, and each pair of neighbours, 64 bits."""
    single = np.array(list(map(zlib.crc32, map(str.encode, words))), dtype=np.uint64)
    return np.concatenate([single, single[:-1] * _PAIR + single[1:]])


def fingerprint(text: str) -> Fingerprint | None:
    """Give the fingerprint of a text, or None under eight syllables.

    >>> fingerprint("Bài viết rất hay") is None
    True
    >>> one = fingerprint("Cho vay tiền nhanh trong ngày, chỉ cần căn cước")
    >>> one == fingerprint("CHO VAY TIEN NHANH TRONG NGAY: CHI CAN CAN CUOC!!!")
    True
    """
    words = _syllables(text)
    if sum(word != "0" for word in words) < LEAST_SYLLABLES:
        return None
    return Fingerprint(_bands(_hashes(words)), _pieces(words))


def _bands(hashes: _Hashes) -> tuple[str, ...]:
    """All rows in one operation: so a fingerprint takes 40 µs, row by row 350."""
    least: _Hashes = ((hashes * _FACTORS[:, None] + _OFFSETS[:, None]) >> _HALF).min(axis=1)
    rows = least.astype(">u8").tobytes()
    return tuple([f"{band}{_digest(rows[_SIZE * band : _SIZE * (band + 1)])}" for band in range(_BANDS)])


def _digest(rows: bytes) -> str:
    return hashlib.blake2b(rows, digest_size=6).hexdigest()


def similarity(a: str, b: str) -> float:
    """Tell how alike two texts are: 1.0 is the same once case, marks, numbers and punctuation are folded.

    It is the share of words and pairs of words that both have (Dice): one word in ten changed gives about
    0.85.

    >>> similarity("Rất hay!", "rat hay")
    1.0
    """
    return alike(pieces(a), pieces(b))


def alike(ours: Pieces, theirs: Collection[int]) -> float:
    """The similarity of two texts whose pieces are known already, each of them once."""
    both = len(ours) + len(theirs)
    return 2 * len(ours.intersection(theirs)) / both if both else 1.0


def pieces(text: str) -> Pieces:
    """Take a text apart."""
    return _pieces(_syllables(text))


def _pieces(words: Sequence[str]) -> Pieces:
    return frozenset(map(hash, chain(words, pairwise(words))))
