"""Examples in the OpenAPI document for fields and parameters whose models give none, by their name.

A test finds fields that have none at all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_TEXT = "Bài viết rất hay, cảm ơn tòa soạn!"
_COMMENT = "0sapnxdg0dmmk000000007"
_CURSOR = "1763799330120-0sapnxdg0dmmk000000007"
_BY_HOUR = [0, 0, 0, 0, 1, 4, 12, 30, 41, 38, 35, 40, 52, 44, 37, 36, 39, 48, 61, 70, 66, 41, 18, 5]

EXAMPLES: Mapping[str, Any] = {
    "allowed": 1,
    "author": "u-1",
    "banned": ["cá độ"],
    "blocked_domains": ["nha-cai.example"],
    "body": _TEXT,
    "cluster": _COMMENT,
    "cursor": _CURSOR,
    "decided": _BY_HOUR,
    "depth": 2,
    "email": "a@example.vn",
    "flag_from": 0.4,
    "from": "2026-11-16",
    "id": "u-1",
    "ids": [_COMMENT],
    "ip": "203.0.113.9",
    "lease_seconds": 300,
    "limit": 50,
    "max": 1_000,
    "median_ms": [None, *[240_000] * 23],
    "message": "Bình luận cần nói về bài viết.",
    "min": 10,
    "name": "Lan",
    "note": "Đã gọi cho tác giả.",
    "parent_id": _COMMENT,
    "problem": {"type": "urn:codau:problem:claimed", "title": "Another moderator is working on this comment"},
    "received": _BY_HOUR,
    "reject_from": 0.9,
    "site": "bao",
    "suspect": ["kèo"],
    "thread": "doi-song/4711",
    "thread_title": "Mùa gặt ở vùng cao",
    "thread_url": "https://bao.example.vn/doi-song/4711",
    "title": "Mùa gặt ở vùng cao",
    "to": "2026-11-22",
    "url": "https://bao.example.vn/doi-song/4711",
    "user_agent": "Mozilla/5.0",
    "version": 2,
}

_SHOWING = ("example", "examples", "const", "enum", "$ref")


def exemplified(name: str, field: dict[str, Any]) -> dict[str, Any]:
    """A schema, or a parameter, with an example if it has none of its own."""
    if name not in EXAMPLES or any(word in _SHOWING for word in _words(field)):
        return field
    example = EXAMPLES[name]
    many = field.get("type") == "array" and not isinstance(example, list)
    return field | {"examples": [[example] if many else example]}


def _words(schema: Any) -> Iterator[str]:
    """The member names of a schema and of all that is in it."""
    if isinstance(schema, dict):
        for name, value in schema.items():
            yield name
            yield from _words(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _words(value)
