"""Whether the data fit this installation, and whether somebody works on what waits."""

from collections.abc import Iterator

from service.store.partitions import Mismatch, compare
from service.supervision.doctor.around import is_loopback
from service.supervision.doctor.facts import Facts, Seen, Server

BEHIND_MS = 30_000
"""How long a comment may be queued before the workers count as behind: they judge thousands in a second."""

SILENT_MS = 60_000
"""A worker asks for work every second; after so long in silence there is none."""


def fit(facts: Facts) -> Iterator[Seen]:
    """Format and partitions."""
    if facts.data is None:
        return
    try:
        compare(facts.data.format, facts.data.partitions, facts.settings.partitions)
    except Mismatch as mismatch:
        yield Seen("error", f"{mismatch.what}.", mismatch.advice)
    else:
        count = facts.data.partitions
        yield Seen("ok", "The store is empty." if count is None else f"The data have {count} partitions.")


def readable(facts: Facts) -> Iterator[Seen]:
    """Sites whose rules this version does not understand."""
    for site in facts.data.unreadable if facts.data else ():
        yield Seen(
            "error",
            f"What is stored of the site {site} cannot be read, so it serves nobody.",
            "run the Có Dấu that wrote it",
        )


def backlog(facts: Facts) -> Iterator[Seen]:
    """How long the oldest comment has waited for a verdict."""
    if facts.data is None or facts.data.backlog is None:
        return
    found = facts.data.backlog
    if found.oldest_ms > BEHIND_MS:
        waited = f"{found.length} comments are queued, the oldest for {found.oldest_ms / 1000:.0f} s."
        yield Seen(
            "error", f"The workers are behind: {waited}", "start workers, or more: CODAU_WORKER_PROCESSES"
        )
    else:
        yield Seen("ok", f"{found.length} comments are queued.")


def workers(facts: Facts) -> Iterator[Seen]:
    """Whether any asks for work, once anything was started on the data."""
    if facts.data is None or not facts.data.partitions or not facts.data.backlog:
        return
    if not facts.running or not all(map(_notes_asking, facts.servers)):
        return
    asked = facts.data.asked_ms_ago
    if asked is None or asked > SILENT_MS:
        told = "ever asked for work" if asked is None else f"asked for work for {asked / 1000:.0f} s"
        yield Seen("warning", f"No worker has {told}.", "start one: codau worker")
    else:
        yield Seen("ok", "Workers ask for work.")


def _notes_asking(server: Server) -> bool:
    """Whether it notes that somebody asked who got nothing; Redis does from 7.2 on, Valkey always did."""
    numbers = [int(part) for part in str(server.info.get("redis_version", "")).split(".") if part.isdigit()]
    return numbers >= [7, 2]


def set_aside(facts: Facts) -> Iterator[Seen]:
    """Comments that no check could judge."""
    for site, count in facts.data.set_aside.items() if facts.data else ():
        if count:
            yield Seen(
                "warning",
                f"{count} comments of {site} wait for a person because no check could judge them.",
                f"codau queue {site} --code check_failed; the workers' log says why",
            )


def first_keys(facts: Facts) -> Iterator[Seen]:
    """The keys of the first start, where others than this machine reach the API."""
    if facts.data is None or is_loopback(facts.settings.host):
        return
    if facts.data.demo_keys:
        yield Seen(
            "warning",
            f"{len(facts.data.demo_keys)} keys of the demo site are in force.",
            "; ".join(f"codau key revoke {key_id}" for key_id in facts.data.demo_keys),
        )
    if facts.data.kept_admin_key:
        yield Seen(
            "warning",
            "The admin key of the first start is in force, and lies in keys.json.",
            "make another with codau key create --role admin, then revoke the one named first",
        )
