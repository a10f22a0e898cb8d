"""Several ways to mark a text, and how sure each syllable's lack of marks is."""

import numpy as np
import pytest

from service.judging.vietnamese.counts import counts
from service.judging.vietnamese.restoration import restorations, restore
from service.judging.vietnamese.syllables import strip
from tests.judging.vietnamese.cases import diacritics, lacking

UNMARKED = ["bai", "viet", "nay", "khong", "dung"]
TEXTS = [
    "Ban co the giup toi khong?",
    "CAM ON toa soan, bai viet rat hay!!",
    "Toi di lam luc 7h30, ve nha luc 18h.",
    "Cho minh hoi duong nay bao gio sua xong",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_first_of_three_is_the_suggestion_and_all_differ(text: str) -> None:
    """More ways are asked for without changing which one is best."""
    best = restorations(text, 3)
    assert best[0] == restore(text)
    assert len(set(best)) == 3


@pytest.mark.parametrize("text", TEXTS)
def test_every_way_keeps_letters_case_spacing_and_punctuation(text: str) -> None:
    """Only marks are put in."""
    for way in restorations(text, 5):
        assert strip(way) == text


def test_letters_held_long_are_held_as_long_with_their_marks() -> None:
    """A doubled last letter, and longer ones anywhere."""
    assert restore("toi khongg hieuuu gi ca") == "tôi khôngg hiểuuu gì cả"


def test_no_mark_stands_twice_where_marks_are_kept_apart_from_their_letter() -> None:
    """A joiner that is drawn as nothing keeps them from composing, though they are read as one with it."""
    joiner = "\N{COMBINING GRAPHEME JOINER}"
    apart = f"Via{joiner}\N{COMBINING ACUTE ACCENT}{joiner}\N{COMBINING DOT BELOW}"
    assert restore(f"tieng {apart}") == f"tiếng {apart}"


def test_the_other_common_spelling_is_among_three() -> None:
    """Both "cảm ơn" and "cám ơn" are right."""
    assert {"cảm ơn bạn", "cám ơn bạn"} <= set(restorations("cam on ban", 3))


def test_a_text_with_one_way_has_one() -> None:
    """What is marked already, or has no other reading, is not invented anew."""
    assert restorations("Đẹp quá!", 3) == ["Đẹp quá!"]


def test_a_text_of_several_pieces_has_three_ways_too() -> None:
    """Long texts are searched in pieces of two hundred words; the best of each are put together."""
    text = " ".join(["toi thay bai viet nay rat hay va bo ich"] * 60)
    best = restorations(text, 3)
    assert best[0] == restore(text)
    assert len(set(best)) == 3


def test_each_syllable_that_lacks_its_marks_has_a_probability_within_the_findings_spans() -> None:
    """What a finding spans is made of these syllables."""
    text = "Tôi thấy bai viet nay khong dung, cảm ơn"
    found = lacking(text)
    assert [text[start:end] for start, end in (one.span for one in found)] == UNMARKED
    assert all(0.5 <= one.probability <= 1 for one in found)
    (span,) = diacritics(text)[0].spans
    assert span == (found[0].span[0], found[-1].span[1])


def test_a_proper_text_lacks_nothing() -> None:
    """No finding, no syllables."""
    assert lacking("Tôi thấy bài viết này không đúng") == []


def test_a_sequence_behind_all_that_are_known_was_never_seen() -> None:
    seen, factor = counts().of(np.array([2**64 - 1], dtype=np.uint64))
    assert (seen.tolist(), factor.tolist()) == ([0.0], [1.0])
