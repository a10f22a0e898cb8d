"""What is kept stays within its bytes, and what is asked for stays kept."""

import pytest

from service.api.kept import Kept


@pytest.mark.parametrize("count", [5, 40])
def test_the_one_not_asked_for_longest_is_forgotten(count: int) -> None:
    kept: Kept[int, bytes] = Kept(count * 100, len)
    for number in range(count + 1):
        kept.put(number, b"0" * 100)
        kept.get(0)
    assert kept.get(0) is not None
    assert kept.get(1) is None
    assert kept.get(2) is not None


def test_what_takes_the_place_of_another_takes_its_room() -> None:
    kept: Kept[str, bytes] = Kept(100, len)
    kept.put("one", b"0" * 50)
    for _ in range(10):
        kept.put("another", b"0" * 50)
    assert (kept.get("one"), kept.get("another")) == (b"0" * 50, b"0" * 50)


def test_what_is_larger_than_all_room_is_not_kept() -> None:
    kept: Kept[str, bytes] = Kept(100, len)
    kept.put("huge", b"0" * 101)
    kept.put("small", b"0")
    assert (kept.get("huge"), kept.get("small")) == (None, b"0")


def test_what_nobody_asked_for_in_a_time_is_forgotten_with_its_room() -> None:
    now_s = 0.0
    kept: Kept[str, bytes] = Kept(300, len, lambda: now_s)
    for name in ("put", "asked", "again"):
        kept.put(name, b"0" * 100)
    now_s = 200.0
    kept.get("asked")
    kept.put("again", b"1" * 100)
    now_s = 301.0
    kept.forget_unasked(300.0)
    assert [kept.get(name) for name in ("put", "asked", "again")] == [None, b"0" * 100, b"1" * 100]
    kept.put("new", b"0" * 100)
    assert kept.get("asked") is not None, "there is room for three"
