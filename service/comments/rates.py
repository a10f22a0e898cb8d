"""Rates as a policy writes them: `6/60s` is six in any sixty seconds. Counting them is the store's work."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

MAX_COUNT = 1_000_000
MAX_PER_S = 7 * 86_400

_UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_WRITTEN = re.compile(r"([0-9]{1,9})/([0-9]{1,9})([smhd])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any `per_s` seconds."""

    count: int
    per_s: int

    @classmethod
    def parsed(cls, text: str) -> "Rate":
        """Read a rate; units are s, m, h and d.

        Raises:
            ValueError: it is not written like `6/60s`, or a number is out of bounds.

        >>> Rate.parsed("100/1h")
        Rate(count=100, per_s=3600)
        """
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise ValueError("write a rate as count/time, such as 6/60s or 100/1h")
        count, per_s = int(written[1]), int(written[2]) * _UNITS_S[written[3]]
        if not 1 <= count <= MAX_COUNT:
            raise ValueError(f"the count of a rate is 1 to {MAX_COUNT:,}")
        if not 1 <= per_s <= MAX_PER_S:
            raise ValueError("the time of a rate is 1 second to 7 days")
        return cls(count, per_s)

    def __str__(self) -> str:
        """The rate in seconds, so that equal rates read alike: `100/1h` is given back as `100/3600s`."""
        return f"{self.count}/{self.per_s}s"


def _read(value: Any) -> Any:
    return Rate.parsed(value) if isinstance(value, str) else value


RateField = Annotated[
    Rate,
    BeforeValidator(_read),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,9}/[0-9]{1,9}[smhd]$"}),
]
"""A field of a model that is written as a string and held as a `Rate`."""
