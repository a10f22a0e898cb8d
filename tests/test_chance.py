"""Random bits are as many as asked for, each handed out once, whatever was drawn before."""

from service.chance import Chance


def test_numbers_fit_their_bits_and_use_them_all() -> None:
    chance = Chance()
    for bits in (1, 7, 8, 9, 48, 40_000):
        drawn = [chance(bits) for _ in range(100)]
        assert all(0 <= number < 1 << bits for number in drawn)
        assert sum(number >> (bits - 1) for number in drawn) in range(1, 100), "the highest bit is both"


def test_no_number_comes_twice() -> None:
    chance = Chance()
    assert len({chance(48) for _ in range(5_000)}) == 5_000
