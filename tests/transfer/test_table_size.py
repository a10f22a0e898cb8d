"""A table that means harm: rows and names without end are not held in memory."""

import io

import pytest

from service.transfer.formats.foreign import Options
from service.transfer.formats.table import LONGEST, read
from service.transfer.records import Bad, Unreadable

NAMES = b"thread,body,created_at\n"


class Endless(io.RawIOBase):
    """Some bytes, then the same ones over and over; `given` counts them."""

    def __init__(self, begins: bytes, over_and_over: bytes) -> None:
        self._next, self._again, self.given = begins, over_and_over, 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        part = (self._next or self._again)[: len(into)]
        self._next = self._next[len(part) :]
        into[: len(part)] = part
        self.given += len(part)
        return len(part)


@pytest.mark.parametrize("endless", [b"x", b'"x\n",', b",,,,"])
def test_a_row_without_end_is_told(endless: bytes) -> None:
    source = Endless(NAMES + b'a,"1"\na,', endless * 1_000)
    *_, last = read(io.BufferedReader(source), Options())
    assert last.line == 3
    assert last.record in {
        Bad(f"{reason}; perhaps a quote is missing. Nothing after it was read")
        for reason in (f"is longer than {LONGEST:,} characters", "field larger than field limit (131072)")
    }
    assert source.given < 2 * LONGEST


@pytest.mark.parametrize("delimiter", [None, "~"])
@pytest.mark.parametrize("endless", [b"x", b","])
def test_names_without_end_are_refused(endless: bytes, delimiter: str | None) -> None:
    source = Endless(b"", endless * 1_000)
    with pytest.raises(Unreadable, match="its first row is too long"):
        list(read(io.BufferedReader(source), Options(delimiter=delimiter)))
    assert source.given < 2 * LONGEST
