"""What is read the quick way is what the long way reads, and texts are weighed as if read as a whole."""

import re
from itertools import pairwise
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.judging.letters import lower, string, units_of, unmarked
from service.judging.linear import load, pieces_of
from service.judging.reading import read
from service.judging.text import clean, hidden, is_plain
from service.judging.vietnamese.known import Known
from tests.judging.corpora import rows
from tests.judging.test_text import HOSTILE

COMMENTS = st.sampled_from([row[-1] for row in rows("ordinary") + rows("spam") + rows("toxic")])
SPREAD, ROLL, FIRST, MIX = 0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F


def test_every_character_of_a_plain_text_is_read_as_the_long_way_reads_it() -> None:
    for character in filter(is_plain, map(chr, range(0x11000))):
        reading = read(f"a{character}b")
        assert not reading.odd
        assert not hidden(reading.text)
        assert reading.plain == string(lower(units_of(reading.text)))
        assert reading.bare == string(unmarked(units_of(reading.text)))


@given(HOSTILE | COMMENTS)
def test_every_word_stands_where_it_is_said_to_stand(raw: str) -> None:
    reading = read(clean(raw))
    assert [reading.plain[start:end] for start, end in reading.word_spans] == reading.plains
    assert [match.span() for match in re.finditer(r"[^\W_\U00010000-\U0010ffff]+", reading.plain)] == (
        reading.word_spans
    )


@given(HOSTILE | COMMENTS)
def test_pieces_put_together_from_words_are_those_of_the_whole_text(raw: str) -> None:
    reading = read(clean(raw))
    words = [re.sub(r"\d+", "0", key) for key in reading.keys]
    letters = re.sub(r"(.)\1+", r"\1", re.sub(r"\d", "0", f" {' '.join(reading.plains)} "))
    runs = [letters[at : at + length] for length in (2, 3, 4) for at in range(len(letters) - length + 1)]
    hashed = [crc32(word.encode()) * SPREAD for word in words]
    pairs = [(one * FIRST ^ two) * MIX for one, two in pairwise(hashed)]
    places = {(piece & 0xFFFFFFFF) >> 14 for piece in (*map(_rolled, runs), *hashed, *pairs)}
    assert pieces_of(reading).tolist() == (sorted(places) if words else [])


def _rolled(run: str) -> int:
    rolled = 0
    for letter in run:
        rolled = rolled * ROLL ^ ord(letter) * SPREAD
    return rolled * MIX


@pytest.mark.parametrize("word", ["0912345678", "nguyenvana92", "kx4711", "đoạnđườngnày"])
def test_of_a_word_that_no_table_has_nothing_is_kept(word: str) -> None:
    lengths = Known(len)
    assert lengths[word] == len(word)
    assert lengths["không"] == 5
    assert dict(lengths) == {"không": 5}


def test_weights_are_added_up_without_overflow() -> None:
    assert all(np.abs(load(name).steps.astype(np.int64)).sum() < 2**31 for name in ("spam", "toxic"))
