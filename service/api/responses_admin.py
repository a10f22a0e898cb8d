"""What admins and operators are answered: the models behind the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel

from service.api.responses import Finding, Time, described


class Site(BaseModel):
    """One website."""

    id: str = described("1 to 40 of a-z, 0-9 and -.", "bao")
    name: str = described("Its name, under which the newsroom answers.", "Báo Ví Dụ")
    created_at: Time = described("When it was made.")


class Sites(BaseModel):
    """All sites."""

    sites: list[Site] = described("In the order of their ids.")


class Key(BaseModel):
    """A key, without the key itself."""

    id: str = described("Names the key where it is revoked.", "k1a2b3c4")
    role: Literal["website", "moderator"] = described("What it may do.", "moderator")
    name: str = described("What others see of whoever uses it.", "Lan")
    created_at: Time = described("When it was made.")


class Keys(BaseModel):
    """The keys of a site."""

    keys: list[Key] = described("Those in force.")


class CreatedKey(BaseModel):
    """A new key, shown this once."""

    id: str = described("Names the key where it is revoked.", "k1a2b3c4")
    key: str = described("The key itself, for the header Authorization; kept here only as a hash.", "codau_…")
    role: Literal["website", "moderator"] = described("What it may do.", "moderator")
    name: str = described("What others see of whoever uses it.", "Lan")


class ReplaySummary(BaseModel):
    """How many comments would have fared otherwise."""

    total: int = described("Comments that were judged again.", 100)
    changed: int = described("Those that would stand elsewhere.", 7)
    was: dict[str, int] = described("What the checks made of them then: state → count.", {"pending": 100})
    would: dict[str, int] = described("What they would make of them now.", {"pending": 93, "rejected": 7})


class ReplayItem(BaseModel):
    """One comment, then and now."""

    id: str = described("The comment.", "0snc520w023eg000000007")
    was: str = described("What the checks made of it then.", "pending")
    would: str = described("What they would make of it now.", "rejected")
    findings: list[Finding] = described("What they see now.")


class Replay(BaseModel):
    """A policy tried on past comments."""

    summary: ReplaySummary = described("All together.")
    items: list[ReplayItem] = described("The latest first.")


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = described("Always so.", "ok")


class Backlog(BaseModel):
    """How far the workers are behind."""

    length: int = described("Comments that wait for their verdict.", 0)
    oldest_ms: int | None = described("How long the oldest has waited, in milliseconds.", 0)


class Ready(BaseModel):
    """The service can do its work."""

    status: Literal["ready"] = described("Always so.", "ready")
    queue: Backlog = described("How far the workers are behind.")
