"""Times as the newspaper writes them."""

from datetime import UTC, datetime

import pytest

from examples.newspaper.dates import long_date, short_date


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 11, 23, 1, 15, tzinfo=UTC), "thứ hai, 23/11/2026, 08:15 (GMT+7)"),
        (datetime(2026, 11, 22, 16, 59, tzinfo=UTC), "chủ nhật, 22/11/2026, 23:59 (GMT+7)"),
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), "thứ hai, 23/11/2026, 00:00 (GMT+7)"),
        (datetime(2027, 1, 2, 3, 4, tzinfo=UTC), "thứ bảy, 02/01/2027, 10:04 (GMT+7)"),
    ],
)
def test_an_article_is_dated_in_vietnam(moment: datetime, written: str) -> None:
    assert long_date(moment) == written


def test_a_comment_is_dated_from_the_services_utc_text() -> None:
    assert short_date("2026-12-31T17:00:00.000Z") == "01/01/2027, 00:00"
