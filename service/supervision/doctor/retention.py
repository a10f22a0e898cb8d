"""Whether what is to be kept no longer goes, from the servers' files too."""

from collections.abc import Iterator

from service.supervision.doctor.facts import Facts, Seen

LATE_MS = 86_400_000
"""It is looked for every hour, and the files are promised to be rewritten within a day."""


def swept(facts: Facts) -> Iterator[Seen]:
    """Whether anybody looks for it, where anybody should."""
    ago = facts.data.swept_ms_ago if facts.data else None
    if ago is None or not facts.running:
        return
    if ago >= LATE_MS:
        yield Seen(
            "warning",
            f"Nobody has looked for {_hours(ago)} for what the policies say is to be kept no longer.",
            "start a worker: codau worker; where workers run by name, one of them is the janitor",
        )
    else:
        yield Seen("ok", "What is to be kept no longer is taken out.")


def rewritten(facts: Facts) -> Iterator[Seen]:
    """Whether the append-only files still hold what was erased."""
    owed = facts.data.owed_ms if facts.data else None
    if owed is not None and owed >= LATE_MS:
        yield Seen(
            "warning",
            f"What was erased {_hours(owed)} ago is still in the server's append-only file.",
            "let a worker run, and let it call INFO and BGREWRITEAOF; docs/erasure.md says what else helps",
        )


def _hours(ms: int) -> str:
    return f"{ms // 3_600_000} h"
