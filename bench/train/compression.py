"""Make the dictionary of `service/comments/compression.py`: `python -m bench.train.compression`.

It learns from records of made-up comments that say what readers say in tests/cases, written for this
project. What ordinary.tsv says is left out, since the benches measure with it. The same to the byte each
time, with the same zstd. Stored data need the one they were stored with: make another only together with a
format of the data.
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import zstandard

from service.comments import compression, record
from service.comments.model import ActedFinding, Author, Comment, Entry, Event, State

SIZE = 8_192
"""Bytes. Of records of 875 bytes, with comments of four corpora, 437 are left by the quick way; with half the
size 450, with twice as much 452."""

Buffer: TypeAlias = bytes | bytearray | memoryview  # as zstandard has it

_RECORDS = 6_000
_CASES = Path(__file__).parents[2] / "tests" / "cases"
_FILES = ("restoration", "spam")
_THREADS = ("doi-song/%d", "the-thao/%d", "thoi-su/%d", "giao-duc/%d", "bai-%d", "/xe/bai-viet-%d.html")
_NAMES = ("Minh Anh", "Nguyễn Văn Hùng", "Trần Thị Hoa", "Bạn đọc", "Thanh Hà", "Lê Quang", "Phạm Đức")
_MAIL = ("an%d@gmail.com", "hoa%d@gmail.com", "minh%d@yahoo.com", "lan%d@outlook.com")
_FOUND: Sequence[tuple[ActedFinding, ...]] = (
    (),
    (ActedFinding("links", "link", "flag", 1.0, ((0, 18),)),),
    (ActedFinding("diacritics", "partial_diacritics", "flag", 0.71, ()),),
    (ActedFinding("diacritics", "missing_diacritics", "reject", 0.998, ((0, 20),)),),
)


def texts() -> list[str]:
    """What the cases say, each once."""
    lines = [line for name in _FILES for line in _read(name) if not line.startswith(("#", "ad\t"))]
    found = [max(line.split("\t"), key=len) for line in lines]
    ordinary = set(_read("ordinary"))
    return list(dict.fromkeys(text for text in found if len(text) > 15 and text not in ordinary))


def _read(name: str) -> list[str]:
    return (_CASES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()


def comments(said: list[str], chance: random.Random) -> Iterator[Comment]:
    """Comments as websites send them, judged, and most of them decided."""
    while True:
        number = chance.randrange(99_999)
        address = ".".join(str(chance.randrange(1, 255)) for _ in range(4))
        who = Author(chance.choice(_NAMES), f"u-{number}", chance.choice(_MAIL) % number, address)
        text = " ".join(chance.choices(said, k=chance.choice((1, 1, 2, 3, 5))))
        path = ("0snc520w023eg000000007",) if chance.random() < 0.3 else ()
        log = tuple(_log(text, 1_795_000_000_000 + chance.randrange(10**9), chance))
        thread = chance.choice(_THREADS) % number
        yield Comment("bao", "", thread, who, log, path[-1] if path else None, path)


def _log(text: str, at: int, chance: random.Random) -> Iterator[Entry]:
    found, key_id = chance.choice(_FOUND), f"{chance.randrange(2**48):012x}"
    yield Entry(Event.SUBMITTED, State.QUEUED, "website", at, text=text)
    if chance.random() < 0.4:
        yield Entry(Event.JUDGED, State.PUBLISHED, "worker", at + 300, findings=found)
        return
    risk, reason = (found[0].score, found[0].code) if found else (0.0, None)
    yield Entry(Event.JUDGED, State.PENDING, "worker", at + 300, findings=found, risk=risk)
    if chance.random() < 0.7:
        yield Entry(Event.APPROVED, State.PUBLISHED, "Thu Hà", at + 60_000, key_id)
    else:
        yield Entry(Event.REJECTED, State.REJECTED, "Biên tập viên", at + 60_000, key_id, reason=reason)


def main() -> int:
    """Learn and write; some seconds."""
    made = comments(texts(), random.Random(0))  # noqa: S311 - the same each time
    samples: list[Buffer] = [record.document(next(made)) for _ in range(_RECORDS)]
    dictionary = zstandard.train_dictionary(SIZE, samples, level=3)
    path = Path(compression.__file__).with_suffix(".bin")
    path.write_bytes(dictionary.as_bytes())
    print(f"{path}: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
