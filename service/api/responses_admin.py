"""What admins and operators are answered: the models behind the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel

from service.api.responses import Time, described


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
