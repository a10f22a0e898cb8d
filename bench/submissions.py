"""What websites send, made up: comments like no other, the same each time, and requests that submit them."""

import json
import random
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from service.judging.text import clean

BYTES = 568
"""Of the JSON of a request."""

_ORDINARY = Path(__file__).parents[1] / "tests" / "cases" / "ordinary.tsv"


def document(number: int, chance: random.Random) -> dict[str, object]:
    """A comment like no other, `BYTES` long as JSON; 5,000 authors at 3,000 addresses, 500 threads."""
    address = number % 3_000
    made: dict[str, object] = {
        "thread": f"doi-song/{number % 500}",
        "body": "",
        "author": {
            "name": f"Bạn đọc {number % 5_000}",
            "id": f"u-{number % 5_000}",
            "email": f"u{number % 5_000}@thu.example",
            "ip": f"198.51.{address // 250}.{address % 250}",
        },
    }
    text = talk(number, chance, BYTES)
    made["body"] = _whole_words(text, _fitting(text, BYTES - len(dumped(made)) - 8))
    made["body"] = f"{made['body']} {number:0{BYTES - len(dumped(made)) - 1}}"
    return made


def _fitting(text: str, size: int) -> int:
    """How many characters of it fit into so many bytes."""
    return len(text.encode()[:size].decode(errors="ignore"))


def _whole_words(text: str, size: int) -> str:
    """At most so many characters; no sequence of emoji is cut, of which less would be stored."""
    return text[: size + 1].rpartition(" ")[0]


def dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def request(key: str, number: int, document: Mapping[str, object], *headers: str) -> bytes:
    """The bytes of one submission, with the headers that a website sends, and others."""
    body, others = dumped(document), "".join(f"{line}\r\n" for line in headers)
    head = (
        "POST /v1/comments HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key}\r\nIdempotency-Key: yeu-cau-{number}\r\n"
        f"Content-Length: {len(body)}\r\n{others}\r\n"
    )
    return head.encode() + body


def talk(number: int, chance: random.Random, length: int = 200) -> str:
    """So many characters of sentences as readers write them, behind a word that no other has."""
    text = f"Ý kiến số{number}:"
    while len(text) < length:
        text += f" {chance.choice(_sentences())}"
    return _whole_words(text, length)


@cache
def _sentences() -> list[str]:
    """As they are stored, so that what is stored can be compared with what was sent."""
    lines = _ORDINARY.read_text(encoding="utf-8").splitlines()
    return [clean(line) for line in lines if line and not line.startswith("#")]
