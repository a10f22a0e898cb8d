"""Times as other systems write them, to unix milliseconds."""

import re
from datetime import UTC, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh, which has had no other offset since 1975."""

_MS = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"\d{1,16}(?:\.\d*)?", re.ASCII)
_SECONDS_BELOW = 100_000_000_000  # as seconds the year 5138, as milliseconds 1973


def unix_ms(written: str, zone: timezone = VIETNAM) -> int:
    """Read `2024-05-01T08:30:00+07:00`, `2024-05-01 08:30:00`, or unix time in seconds or milliseconds.

    Args:
        zone: of a time that names none.

    Raises:
        ValueError: it is none of these, or before 1970; WordPress writes 0000-00-00 00:00:00 for none.

    >>> unix_ms("2024-05-01 08:30:00"), unix_ms("2024-05-01T01:30:00Z"), unix_ms("1714527000")
    (1714527000000, 1714527000000, 1714527000000)
    """
    text = written.strip()
    if _NUMBER.fullmatch(text):
        number = float(text)
        ms = round(number * 1_000) if number < _SECONDS_BELOW else int(number)
    else:
        ms = _read(text, zone)
    if ms <= 0:
        raise ValueError("lies before 1970")
    return ms


def _read(text: str, zone: timezone) -> int:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is no time such as 2024-05-01 08:30:00") from None
    return ((time if time.tzinfo else time.replace(tzinfo=zone)) - _EPOCH) // _MS
