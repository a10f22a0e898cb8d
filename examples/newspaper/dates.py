"""Times as a Vietnamese newspaper writes them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

HO_CHI_MINH = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh: UTC+7 all the year since 1975, so no time zone database is needed."""

WEEKDAYS = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật")


def long_date(moment: datetime) -> str:
    """Write the date of an article.

    >>> long_date(datetime.fromisoformat("2026-11-23T01:15:00+00:00"))
    'thứ hai, 23/11/2026, 08:15 (GMT+7)'
    """
    local = moment.astimezone(HO_CHI_MINH)
    return f"{WEEKDAYS[local.weekday()]}, {local:%d/%m/%Y, %H:%M} (GMT+7)"


def short_date(moment: datetime | str) -> str:
    """Write the time of a comment, from a datetime or from RFC 3339 text.

    >>> short_date("2026-11-22T18:05:30.120Z")
    '23/11/2026, 01:05'
    """
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return f"{moment.astimezone(HO_CHI_MINH):%d/%m/%Y, %H:%M}"
