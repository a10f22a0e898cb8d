"""`GET /v1/stats`: what happened on a site, day by day. Counted by the workers, some moments behind."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated

from aiohttp import web
from pydantic import BeforeValidator, Field, WithJsonSchema

from service.api.endpoints import MODERATOR, Call, Endpoints, reply
from service.api.requests import Nothing, SiteQuery
from service.api.views import View
from service.comments.counting import DECIDED
from service.comments.durations import COARSE, percentile
from service.comments.model import State
from service.errors import InvalidRequest
from service.store.statistics import Figures, day_of

MAX_DAYS = 366
_DEFAULT_DAYS = 7
_AT_ONCE = 31  # days read in one turn: a year takes a while, and others are answered in between
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

endpoints = Endpoints("moderators")


def _date(text: object) -> object:
    if not isinstance(text, str) or not _WRITTEN.fullmatch(text):
        raise ValueError("must be a date as YYYY-MM-DD")
    return text


Day = Annotated[
    date,
    Field(ge=date(2000, 1, 1), examples=["2026-11-22"]),
    BeforeValidator(_date),
    WithJsonSchema({"type": "string", "format": "date"}),
]


class StatsQuery(SiteQuery):
    from_: Annotated[
        Day | None,
        Field(alias="from", description="The first day, in Vietnam's time; by default six before the last."),
    ] = None
    to: Annotated[
        Day | None,
        Field(description="The last day; by default today. At most 366 days are told at once."),
    ] = None


@endpoints.add("GET", "/v1/stats", MODERATOR, query=StatsQuery)
async def get_stats(call: Call[Nothing, StatsQuery]) -> web.Response:
    """Tell what happened, day by day"""
    first, last = _span(call.query, day_of(call.services.now_ms()))
    wanted = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    days: list[View] = []
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        found = await call.services.store.statistics.days(call.site.id, some)
        days += [_day(day, figures) for day, figures in zip(some, found, strict=True)]
    return reply(200, {"from": first.isoformat(), "to": last.isoformat(), "days": days})


def _span(query: StatsQuery, today: date) -> tuple[date, date]:
    """The first and the last day.

    Raises:
        InvalidRequest: they are the wrong way round, or too far apart.
    """
    last = query.to or today
    first = query.from_ or last - timedelta(days=_DEFAULT_DAYS - 1)
    if first > last:
        raise InvalidRequest([("from", "must not be after `to`")])
    if (last - first).days >= MAX_DAYS:
        raise InvalidRequest([("from", f"must be at most {MAX_DAYS - 1} days before `to`")])
    return first, last


def _day(day: date, figures: Figures) -> View:
    received, decided = _by_hour(figures, "received"), _by_hour(figures, "decided")
    by_moderator = _by_moderator(figures)
    return {
        "date": day.isoformat(),
        "received": sum(received),
        "by_state": {
            state.value: figures.get(("state", state), 0)
            for state in (State.PENDING, State.PUBLISHED, State.REJECTED)
        },
        "by_code": {code: number for (code,), number in _of(figures, "code")},
        "decisions": _summed(by_moderator.values()),
        "decision_time": _decision_time(figures),
        "by_moderator": by_moderator,
        "by_hour": {"received": received, "decided": decided, "median_ms": _medians(figures)},
        "agreement": _agreement(figures),
    }


def _of(figures: Figures, kind: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The figures of one kind, by what they are of."""
    return ((field[1:], number) for field, number in sorted(figures.items()) if field[0] == kind)


def _by_hour(figures: Figures, kind: str) -> list[int]:
    return [figures.get((kind, str(hour)), 0) for hour in range(24)]


def _medians(figures: Figures) -> list[int | None]:
    """How long texts waited whose first decision was in an hour."""
    hours: list[dict[int, int]] = [{} for _ in range(24)]
    for (hour, bucket), number in _of(figures, "waited"):
        hours[int(hour)][int(bucket)] = number
    return [percentile(buckets, 0.5, width=COARSE) for buckets in hours]


def _by_moderator(figures: Figures) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (event, name), number in _of(figures, "decision"):
        found.setdefault(name, dict.fromkeys(DECIDED, 0))[event] = number
    return found


def _summed(decisions: Iterable[Mapping[str, int]]) -> dict[str, int]:
    several = list(decisions)
    return {event: sum(of[event] for of in several) for event in DECIDED}


def _decision_time(figures: Figures) -> dict[str, int | None] | None:
    buckets = {int(bucket): number for (bucket,), number in _of(figures, "wait")}
    if not buckets:
        return None
    return {"median_ms": percentile(buckets, 0.5), "p95_ms": percentile(buckets, 0.95)}


def _agreement(figures: Figures) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (said, code), number in _of(figures, "agreement"):
        if number > 0:  # what was taken back is gone
            found.setdefault(code, {"upheld": 0, "overruled": 0})[said] = number
    return found
