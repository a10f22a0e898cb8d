"""The restorer's table of how often words follow each other, as two sorted arrays.

A sequence of words is known by a 40-bit hash: one unseen sequence in 500,000 is mistaken for a seen one. With
32 bits it was one in 2,000, which is one in every comment, and cost a point of accuracy. How counts become
probabilities is not decided here.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
import numpy.typing as npt

from service.judging.vietnamese.syllables import strip

Integers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

BREAK, NUMBER, UNKNOWN = 0, 1, 2
"""Word numbers: an end of sentence, anything with a digit, any word that is not listed."""

_STEP = 0.0725
"""Natural logarithm of the ratio of two neighbouring packed counts: 255 steps reach 10^8."""
_INDEX_BITS = 18
"""Bits of a key by which the search begins: about nine keys share them."""
_FACTOR_STEP, _FACTOR_ONE = 0.05, 200
_MIX = np.uint64(0x9E3779B97F4A7C15)
_AFTER = np.uint64(0xD6E8FEB86659FD93)


def start_key(word: Integers) -> Keys:
    """The hash of a sequence of one word."""
    return (word.astype(np.uint64) + np.uint64(1)) * _MIX


def extend_key(key: Keys, word: Integers) -> Keys:
    """The hash of a sequence with one word more at its end; the arrays are broadcast."""
    mixed = (key ^ (key >> np.uint64(29))) * _AFTER
    return (mixed + word.astype(np.uint64) + np.uint64(1)) * _MIX


def halves(key: Keys) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """The 32 bits by which a sequence is found, and 8 more by which it is told from others."""
    return (key >> np.uint64(32)).astype(np.uint32), (key >> np.uint64(24)).astype(np.uint8)


def pack_count(counts: Integers) -> npt.NDArray[np.uint8]:
    """Counts from 1 on, as steps of their logarithm; 0 is kept for "never seen"."""
    steps = np.round(np.log(np.maximum(counts, 1)) / _STEP) + 1
    return np.clip(steps, 1, 255).astype(np.uint8)


def pack_factor(factors: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Backing-off factors, as steps of their logarithm from exp(-10) to exp(2.75)."""
    steps = np.round(np.log(np.maximum(factors, 1e-6)) / _FACTOR_STEP) + _FACTOR_ONE
    return np.clip(steps, 0, 255).astype(np.uint8)


def unpack_factor(packed: npt.NDArray[np.uint8]) -> Floats:
    """The factors again."""
    factors: Floats = np.exp((packed.astype(np.float32) - _FACTOR_ONE) * np.float32(_FACTOR_STEP))
    return factors


def _unpacked() -> Floats:
    values: Floats = np.exp((np.arange(256) - 1) * _STEP).astype(np.float32)
    values[0] = 0
    return values


@dataclass(frozen=True, slots=True)
class Counts:
    """What the restorer knows.

    Attributes:
        numbers: word with its marks, folded → its number.
        words: by number.
        choices: word without marks → the numbers of all ways to mark it, commonest first.
        alone: float32, by number: how often a word was seen.
        alone_factors: float32, by number: the factor for words never seen after it.
        spread: float32, by number: the chance of a word in a place where it was never seen, by the number of
            different words that it was seen after (Kneser and Ney): "vời" is common, but after "tuyệt" alone.
    """

    numbers: dict[str, int]
    words: list[str]
    choices: dict[str, tuple[int, ...]]
    alone: Floats
    alone_factors: Floats
    spread: Floats
    _keys: npt.NDArray[np.uint32]
    _starts: npt.NDArray[np.uint32]
    _steps: int
    _checks: npt.NDArray[np.uint8]
    _packed: npt.NDArray[np.uint8]
    _factors: npt.NDArray[np.uint8]
    _values: Floats

    def of(self, key: Keys) -> tuple[Floats, Floats]:
        """How often sequences were seen, 0 for less than five times, and the share that no longer one
        explains.

        Args:
            key: one dimension, from `start_key` and `extend_key`.
        """
        short, check = halves(key)
        at = self._find(short)
        found = (self._keys[at] == short) & (self._checks[at] == check)
        return (
            np.where(found, self._values[self._packed[at]], np.float32(0)),
            np.where(found, unpack_factor(self._factors[at]), np.float32(1)),
        )

    def _find(self, short: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
        """Where each key stands if it does: a binary search inside the few keys that begin alike.

        `np.searchsorted` walks over all of them, through memory that no cache holds, and takes twice as long.
        """
        begin = short >> np.uint32(32 - _INDEX_BITS)
        low: npt.NDArray[np.uint32] = self._starts[begin]
        high = self._starts[begin + 1]
        for _ in range(self._steps):
            middle = (low + high) >> np.uint32(1)
            less = self._keys[middle] < short
            low = np.where(less, middle + 1, low)
            high = np.where(less, high, middle)
        return low


@cache
def counts() -> Counts:
    """Read the tables, once a process."""
    raw = files("service.judging.vietnamese").joinpath("tables/sequences.npz").read_bytes()
    with np.load(BytesIO(raw)) as kept:
        listed = bytes(kept["words"]).decode().split("\n")
        parts = kept["keys"].reshape(4, -1)
        steps = sum(parts[byte].astype(np.uint32) << np.uint32(8 * byte) for byte in range(4))
        keys = np.cumsum(steps, dtype=np.uint32)
        alone, packed, factors, choices = kept["alone"], kept["packed"], kept["factors"], kept["choices"]
        alone_factors, checks, spread = kept["alone_factors"], kept["checks"], kept["spread"]
    starts = _starts(keys)
    words = ["\n", "0", "", *listed]
    return Counts(
        numbers={word: number for number, word in enumerate(words)},
        words=words,
        choices=_choices(words, choices.tolist()),
        alone=alone.astype(np.float32),
        alone_factors=unpack_factor(alone_factors),
        spread=spread / spread.sum(),
        _keys=np.append(keys, np.uint32(0xFFFFFFFF)),  # found for what stands behind all others
        _starts=starts,
        _steps=int(np.diff(starts).max()).bit_length(),
        _checks=np.append(checks, np.uint8(0)),
        _packed=np.append(packed, np.uint8(0)),
        _factors=np.append(factors, np.uint8(_FACTOR_ONE)),
        _values=_unpacked(),
    )


def _starts(keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """By its first bits, where sorted keys that begin so start; one more says where the last end."""
    found = np.zeros((1 << _INDEX_BITS) + 1, dtype=np.uint32)
    found[1:] = np.cumsum(np.bincount(keys >> np.uint32(32 - _INDEX_BITS), minlength=1 << _INDEX_BITS))
    return found


def _choices(words: list[str], groups: list[int]) -> dict[str, tuple[int, ...]]:
    """Read groups of numbers, each ended by 0; the word without marks is found from the first of each."""
    found: dict[str, tuple[int, ...]] = {}
    start = 0
    for at, number in enumerate(groups):
        if number == 0:
            found[strip(words[groups[start]])] = tuple(groups[start:at])
            start = at + 1
    return found


def split_keys(keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """Sorted keys as the four bytes of their differences, lowest first: this is what compresses well."""
    steps = np.diff(keys, prepend=np.uint32(0)).astype(np.uint32)
    return np.concatenate([(steps >> np.uint32(8 * byte)).astype(np.uint8) for byte in range(4)])
