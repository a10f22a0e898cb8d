"""Which words of the corpora look like Telex or VNI keys, and how much each tells of keystrokes all the same.

"max" is a word though its keys make "mã"; "lamf" is a slip for "làm", and stands in the corpora because
people slip.
"""

import numpy as np
import numpy.typing as npt

from bench.train.corpus import FIRST_WORD, Streams
from bench.train.neighbours import RAREST
from service.judging.vietnamese.keystrokes import from_telex
from service.judging.vietnamese.syllables import fold, has_marks, legal, legal_stripped

SCALE = 10.0
"""Steps to one unit of log-odds."""


ATTESTED = 300
"""Sightings from which on a marked syllable is one that people type."""


def attested(streams: Streams) -> list[str]:
    """Marked syllables in use, folded."""
    seen = _seen(streams)
    return [
        word
        for at, word in enumerate(streams.words)
        if seen[at] >= ATTESTED and has_marks(word) and word in legal()
    ]


def build(streams: Streams) -> tuple[list[str], npt.NDArray[np.int8]]:
    """Words seen so, and the logarithm of how much oftener the syllable is seen that their keys make."""
    seen = _seen(streams)
    number = {word: at for at, word in enumerate(streams.words)}
    words, odds = [], []
    for at in range(FIRST_WORD, len(streams.words)):
        word = streams.words[at]
        meant = None if word in legal_stripped() else from_telex(word)
        if seen[at] < RAREST or meant is None:
            continue
        words.append(word)
        odds.append(
            np.log((seen[number[fold(meant)]] if fold(meant) in number else 0) + 1) - np.log(seen[at])
        )
    return words, np.clip(np.round(np.array(odds) * SCALE), -127, 127).astype(np.int8)


def _seen(streams: Streams) -> npt.NDArray[np.int64]:
    seen = np.zeros(len(streams.words), dtype=np.int64)
    for stream in streams.tokens.values():
        seen += np.bincount(stream, minlength=len(seen))
    return seen
