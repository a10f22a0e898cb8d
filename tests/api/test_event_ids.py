"""The ids of the live stream hold a place in every partition, and nothing else is taken for one."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.event_ids import Place, dump, load
from service.store.events import START, EntryId

NOW = 1_763_900_000_000
times = st.integers(0, 1 << 46)
entries = st.just(START) | st.builds(EntryId, times, st.integers(0, 1 << 40))
places = st.builds(Place, times, st.lists(entries, min_size=1, max_size=40))


@given(places)
def test_an_id_is_read_back_as_it_was(place: Place) -> None:
    assert load(dump(place), len(place.places)) == place


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{0,80}", fullmatch=True))
def test_whatever_is_sent_is_a_place_in_every_partition_or_none(text: str) -> None:
    place = load(text, 16)
    assert place is None or (len(place.places) == 16 and dump(place) == text)


@given(places, st.integers(1, 64))
def test_an_id_of_an_installation_with_other_partitions_is_none(place: Place, partitions: int) -> None:
    assert (load(dump(place), partitions) is None) == (partitions != len(place.places))


@pytest.mark.parametrize(
    "change", [lambda text: text[:-2], lambda text: text + "AA", lambda text: text + "="]
)
def test_a_damaged_id_is_none(change: Callable[[str], str]) -> None:
    text = dump(Place(NOW, [EntryId(NOW - 5, 1)] * 16))
    assert load(change(text), 16) is None


def test_sixteen_partitions_of_a_busy_day_take_about_a_hundred_characters() -> None:
    busy = [EntryId(NOW - 1_000_000 * p, p % 3) for p in range(16)]
    assert len(dump(Place(NOW, busy))) < 120


def test_as_many_partitions_as_there_can_be_fit_into_a_header() -> None:
    idle = [EntryId(NOW - 150 * 86_400_000 - p, 0) for p in range(1024)]
    assert len(dump(Place(NOW, idle))) < 8_000
