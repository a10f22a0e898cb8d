"""What moderators are answered on statistics: the models behind the OpenAPI document."""

from typing import Annotated

from pydantic import BaseModel, Field

from service.api.responses import described

Date = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-11-22"])]

_EACH = Field(min_length=24, max_length=24)
Hours = Annotated[list[int], _EACH]


class ByState(BaseModel):
    """How often comments came into a state that day, the same one perhaps more than once."""

    pending: int = described("Began to wait for a moderator.", 310)
    published: int = described("Were published.", 280)
    rejected: int = described("Were rejected, by a check or a moderator.", 45)


class Decisions(BaseModel):
    """What moderators did."""

    approved: int = described("Approvals, with or without an edited text.", 280)
    rejected: int = described("Rejections; of published comments, too.", 25)
    edited: int = described("Edits by themselves.", 3)
    reopened: int = described("Rejected comments brought back to the queue.", 1)
    undone: int = described("Decisions taken back; they are counted above all the same.", 2)


class DecisionTime(BaseModel):
    """From a text's arrival to the first decision on it, with an error of at most 5 %."""

    median_ms: int = described("Half were decided within this time, in milliseconds.", 184_000)
    p95_ms: int = described("95 of 100 were decided within this time, in milliseconds.", 2_950_000)


class ByHour(BaseModel):
    """The 24 hours of the day, the one from midnight on first."""

    received: Hours = described("Comments that readers sent.")
    decided: Hours = described("Approvals and rejections.")
    median_ms: Annotated[list[int | None], _EACH] = described(
        "Half of the texts whose first decision was in this hour had waited for less, in milliseconds, with "
        "an error of at most 21 %; null where there was none."
    )


class Agreement(BaseModel):
    """What moderators made of what a check found."""

    upheld: int = described("Comments flagged for it that were rejected.", 12)
    overruled: int = described(
        "Comments flagged for it that were approved as they were, or rejected for it and reopened.", 3
    )


class StatsDay(BaseModel):
    """One day in Vietnam."""

    date: Date = described("The day.")
    received: int = described("Comments that readers sent.", 320)
    by_state: ByState = described("What became of comments that day.")
    by_code: dict[str, int] = described(
        "Comments judged that day, by what was found; ignored findings aside.", {"spam": 8}
    )
    decisions: Decisions = described("What moderators did.")
    decision_time: DecisionTime | None = described("How long texts waited; null where none was decided.")
    by_moderator: dict[str, Decisions] = described("What moderators did, by the name of the key.")
    by_hour: ByHour = described("When comments came, and when they were decided.")
    agreement: dict[str, Agreement] = described(
        "By code: what decisions said of the checks; a decision that was undone says nothing."
    )


class Stats(BaseModel):
    """A site's statistics."""

    from_: Date = Field(alias="from", description="The first day.")
    to: Date = described("The last day.")
    days: list[StatsDay] = described("Every day, those on which nothing happened included.")
