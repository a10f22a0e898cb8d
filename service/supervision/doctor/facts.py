"""What is known of an installation at one moment; nothing here looks or judges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from service.settings import Settings
from service.store.health import Backlog

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one check saw.

    Attributes:
        level: `error` for what loses comments or stops the service.
        what: one sentence.
        advice: what to do; "" where all is well.
    """

    level: Level
    what: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A file or folder that holds comments or keys: its permissions, and the id of its owner."""

    path: Path
    mode: int
    owner: int


@dataclass(frozen=True, slots=True)
class Disk:
    """Where the embedded server writes: bytes in all, bytes free for us, bytes of its append-only file."""

    path: Path
    size: int
    free: int
    file: int


@dataclass(frozen=True, slots=True)
class Server:
    """One Redis or Valkey.

    Attributes:
        name: `host:port` of a cluster's node, "" of a server alone.
        info: what `INFO` tells, by name.
        options: what `CONFIG GET` tells, by name; None where it does not.
        ahead_ms: how far its clock is before ours, give or take what the question took.
    """

    name: str
    info: Mapping[str, Any]
    options: Mapping[str, str | None]
    ahead_ms: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One webhook: whom it belongs to, whether it is on, what waits for it, how many were given up."""

    site: str
    id: str
    active: bool
    gone: bool
    waiting: Backlog
    dead: int


@dataclass(frozen=True, slots=True)
class Data:
    """What the store holds.

    Attributes:
        format, partitions: as written there; None in an empty store.
        backlog: what waits for a verdict; None where the data do not fit, and nothing further was looked at.
        asked_ms_ago: when a worker last asked for work; None where none ever did.
        unreadable: sites that this version does not understand.
        set_aside: by site, how many comments wait for a person because no check could judge them.
        demo_keys: ids of keys of the site to try things on that are in force.
        kept_admin_key: whether the admin key in `keys.json` is in force.
        swept_ms_ago: when it was last looked through for what is to be kept no longer; None: never yet.
        owed_ms: for how long the append-only files have held what was erased; None where they do not.
    """

    format: int
    partitions: int | None
    backlog: Backlog | None = None
    asked_ms_ago: int | None = None
    unreadable: Sequence[str] = ()
    set_aside: Mapping[str, int] = field(default_factory=dict)
    demo_keys: Sequence[str] = ()
    kept_admin_key: bool = False
    endpoints: Sequence[Endpoint] = ()
    swept_ms_ago: int | None = None
    owed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it.

    Attributes:
        settings: those that this process was given.
        misspelt: pairs of a variable that is no setting, and the one that was probably meant.
        user: the id of whoever asks.
        held: what must be private, as far as it is there.
        disk: None where the server is not ours.
        running: whether the installation is meant to be at work now: a server of one's own, or `codau up`.
        servers, data: empty and None where the store cannot be reached; then `trouble` says why.
    """

    settings: Settings
    misspelt: Sequence[tuple[str, str]] = ()
    user: int = 0
    held: Sequence[Held] = ()
    disk: Disk | None = None
    running: bool = True
    servers: Sequence[Server] = ()
    data: Data | None = None
    trouble: str = ""
