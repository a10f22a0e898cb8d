"""Readings: shared while somebody holds one, and gone with whoever held it last."""

from weakref import ref

from service.judging.fingerprint import fingerprint
from service.judging.judge import judge
from service.judging.reading import read

TEXT = "Tôi thấy quy định mới này rất hợp lý và nên áp dụng sớm hơn cho mọi người."


def test_a_text_in_hand_is_not_read_again() -> None:
    reading = read(TEXT)
    assert read(f"{TEXT[:20]}{TEXT[20:]}") is reading
    assert read(TEXT.upper()) is not reading


def test_nothing_is_kept_of_a_text_that_nobody_holds() -> None:
    reading = read(TEXT)
    fingerprint(TEXT)
    judge(TEXT)
    held = ref(reading)
    del reading
    assert held() is None
