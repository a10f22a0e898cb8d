"""Fingerprints: short, stable, blind to marks and numbers."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.judging.fingerprint import (
    ALIKE,
    fingerprint,
    fingerprints,
    may_be_alike,
    pieces,
    similarity,
)

TEXT = "Cho vay tiền nhanh trong ngày, chỉ cần căn cước, gọi 0912345678"


def test_under_eight_syllables_there_is_none() -> None:
    assert fingerprint("một hai ba bốn năm sáu bảy") is None
    assert fingerprint("một hai ba bốn năm sáu bảy 8 9 10") is None
    assert fingerprint("một hai ba bốn năm sáu bảy tám") is not None


def test_bands_are_short_distinct_and_the_same_in_every_process() -> None:
    made = fingerprint(TEXT)
    assert made is not None
    assert len(set(made.bands)) == 8
    assert all(len(band) == 13 for band in made.bands)
    script = f"from service.judging.fingerprint import fingerprint; print(fingerprint({TEXT!r}).bands)"
    other = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7"},
    )
    assert other.stdout.strip() == str(made.bands)


def test_bands_are_those_of_earlier_versions() -> None:
    made = fingerprint("một hai ba bốn năm sáu bảy tám")
    assert made is not None
    assert made.bands[0] == "0b8eea6294fb1"


@pytest.mark.parametrize(
    "copy",
    [
        "CHO VAY TIEN NHANH TRONG NGAY, CHI CAN CAN CUOC, GOI 0987654321",
        "cho vay tiền nhanh trong ngày chỉ cần căn cước gọi 1",
        "Cho v\u200bay tiền nhanh... trong ngày!!! Chỉ cần căn cước; gọi: 0912345678",
    ],
)
def test_case_marks_numbers_and_disguise_make_no_difference(copy: str) -> None:
    assert fingerprint(copy) == fingerprint(TEXT)
    assert similarity(copy, TEXT) == 1.0


@given(st.text(max_size=80), st.text(max_size=80))
def test_similarity_is_symmetric_and_full_with_itself(one: str, two: str) -> None:
    assert similarity(one, two) == similarity(two, one)
    assert 0.0 <= similarity(one, two) <= 1.0
    assert similarity(one, one) == 1.0


_SYLLABLES = ("ai", "ăn", "bánh", "mì", "chiều", "hôm", "qua", "về", "nhà", "12")
_WORDS = st.lists(st.sampled_from(_SYLLABLES), max_size=30).map(" ".join)


@given(_WORDS, _WORDS)
def test_outlines_leave_out_nothing_that_is_alike(one: str, two: str) -> None:
    assert similarity(one, two) < ALIKE or may_be_alike(pieces(one), pieces(two))


@given(st.lists(_WORDS, max_size=12))
def test_many_texts_have_the_fingerprints_that_each_has_alone(texts: list[str]) -> None:
    assert fingerprints(texts) == [fingerprint(text) for text in texts]


def test_texts_too_long_to_be_hashed_together_have_theirs() -> None:
    texts = [" ".join([word] * 3_000) for word in ("một", "hai", "ba")]
    assert fingerprints(texts) == [fingerprint(text) for text in texts]
