"""Every key in Redis, and nothing else.

`{<p>}` is a hash tag: all keys of one partition share one slot of a cluster, so that a script may touch them
together. A thread and all its comments live in one partition. What spans threads has tags of its own.

| key | type | holds |
| --- | --- | --- |
| `codau:{config}:meta` | HASH | `format`, `partitions`: checked at every start |
| `codau:{config}:migrating` | STRING | which process brings the data forward; gone 15 s after it has died |
| `codau:{config}:epoch` | STRING | grows with each change of a site, key or policy |
| `codau:{config}:sites` | HASH | site id → JSON |
| `codau:{config}:keys` | HASH | SHA-256 of a key → JSON |
| `codau:{session:<digest>}` | STRING | SHA-256 of a token → SHA-256 of the moderator's key it stands for |
| `codau:{config}:probe` | STRING | written to see whether the store can write; gone after a second |
| `codau:{<tag>}:copied` | STRING | written to see whether replicas keep up; gone after a second |
| `codau:{<p>}:queue` | STREAM | what waits for a verdict: `c` = site, id, version; `w` = who waits for it |
| `codau:{<p>}:events` | STREAM | `e` = type, site, id, version |
| `codau:{<p>}:comment:<site>:<id>` | STRING | the record, see `service/comments/record.py` |
| `codau:{<p>}:list:<site>:<state>:<facet>` | ZSET | ids of one state that share a facet, by ms |
| `codau:{<p>}:risk:<site>:<facet>` | ZSET | pending ids that share a facet, by risk |
| `codau:{<p>}:addressed:<site>` | ZSET | judged ids whose author's addresses are kept, by ms of arrival |
| `codau:{<p>}:erased` | STRING | how often something was taken out that the append-only file still has |
| `codau:{<p>}:thread:<site>:<thread>` | HASH | see `service/store/threads.py` |
| `codau:{<p>}:top:<site>:<thread>` | ZSET | ids at the top of the published tree, by ms of publication |
| `codau:{<p>}:replies:<site>:<id>` | ZSET | every published comment below the one at the top, by ms |
| `codau:{<p>}:claim:<site>:<id>` | STRING | who works on a comment, until when; expires by itself |
| `codau:{<p>}:claimed:<site>:<key id>` | ZSET | what a moderator holds, by until, unix ms |
| `codau:{<p>}:repeat:<site>:<digest>` | STRING | an idempotency key's comment and request, 24 h |
| `codau:{janitor}:sweeping` | STRING | which process sweeps; gone 30 s after it has died |
| `codau:{janitor}:at` | HASH | when it `swept`, since when a rewrite is `owed`, when it had `rewritten`, ms |
| `codau:{janitor}:rewritten` | HASH | partition → up to which `erased` the append-only file was rewritten |
| `codau:{stats}:read` | HASH | partition → the event up to which every site's are counted |
| `codau:{stats}:counting` | STRING | which process counts; gone 5 s after it has died |
| `codau:{stats:<site>}:counted` | HASH | partition → the last event of this site that is counted |
| `codau:{stats:<site>}:day:<date>` | HASH | a day's figures, see `service/store/statistics.py`; 400 days |
| `codau:{hooks}:sites` | SET | sites that have, or had, webhooks |
| `codau:{hooks}:woken` | SET | sites whose webhooks have something to send that no event told of |
| `codau:{hooks}:read` | HASH | partition → the event up to which every webhook has its deliveries |
| `codau:{hooks}:sending` | STRING | which process sends; gone 5 s after it has died |
| `codau:{hooks:<site>}:hooks` | HASH | webhook id → JSON, see `service/store/webhooks.py` |
| `codau:{hooks:<site>}:epoch` | STRING | grows with every change of the site's webhooks |
| `codau:{hooks:<site>}:<hook>:taken` | HASH | partition → the last event that this webhook has taken |
| `codau:{hooks:<site>}:<hook>:deliveries` | HASH | delivery id → JSON, see `service/store/deliveries.py` |
| `codau:{hooks:<site>}:<hook>:lines` | HASH | comment → ids of its deliveries that wait, in order |
| `codau:{hooks:<site>}:<hook>:due` | ZSET | first deliveries of their lines, by when they are due, ms |
| `codau:{hooks:<site>}:<hook>:held` | ZSET | deliveries that are being sent, by until when, ms |
| `codau:{hooks:<site>}:<hook>:<state>` | ZSET | deliveries `waiting`, `done` or `dead`, by ms of the event |
| `codau:{hooks:<site>}:<hook>:pause` | STRING | until when the receiver asked us to wait, unix ms |
| `codau:{author:<site>:<digest>}:standing` | HASH | `author` (key), `standing`, `until` (ms), `note`, `by` |
| `codau:{author:<site>:<digest>}:recent` | ZSET | ids by ms, as far back as `flood` looks |
| `codau:{like:<site>:<band>}:latest` | STRING | ids whose text has this band, see `lua/_likes.lua` |
| `codau:{limit:<site>:<digest>}` | STRING | when a limit's whole count may pass again, µs; see `_limit.lua` |
| `codau:{limit:<site>:<digest>}:<digest>` | STRING | a request that was let pass, some seconds |
"""

from functools import lru_cache
from hashlib import blake2b

META = "codau:{config}:meta"
MIGRATING = "codau:{config}:migrating"
EPOCH = "codau:{config}:epoch"
SITES = "codau:{config}:sites"
KEYS = "codau:{config}:keys"
PROBE = "codau:{config}:probe"
SWEEPING = "codau:{janitor}:sweeping"
SWEPT_AT = "codau:{janitor}:at"
REWRITTEN = "codau:{janitor}:rewritten"
READ = "codau:{stats}:read"
COUNTING = "codau:{stats}:counting"
HOOKED = "codau:{hooks}:sites"
HOOKS_WOKEN = "codau:{hooks}:woken"
HOOKS_READ = "codau:{hooks}:read"
SENDING = "codau:{hooks}:sending"


def copied(key: str) -> str:
    """The mark in the slot of another key."""
    return key[: key.index("}") + 1] + ":copied"


def session(token_digest: str) -> str:
    return f"codau:{{session:{token_digest}}}"


def queue(p: int) -> str:
    return f"codau:{{{p}}}:queue"


def events(p: int) -> str:
    return f"codau:{{{p}}}:events"


def comment(p: int, site: str, comment_id: str) -> str:
    return f"codau:{{{p}}}:comment:{site}:{comment_id}"


def listed(p: int, site: str, state: str, facet: str = "") -> str:
    """Comments of one state that share a facet (see `service/store/places.py`); with "" all of them."""
    return f"codau:{{{p}}}:list:{site}:{state}:{facet}"


def risk(p: int, site: str, facet: str = "") -> str:
    """Pending comments that share a facet; with "" all of them."""
    return f"codau:{{{p}}}:risk:{site}:{facet}"


def addressed(p: int, site: str) -> str:
    return f"codau:{{{p}}}:addressed:{site}"


def erased(p: int) -> str:
    return f"codau:{{{p}}}:erased"


def thread(p: int, site: str, name: str) -> str:
    return f"codau:{{{p}}}:thread:{site}:{name}"


def top(p: int, site: str, name: str) -> str:
    return f"codau:{{{p}}}:top:{site}:{name}"


def replies(p: int, site: str, root_id: str) -> str:
    return f"codau:{{{p}}}:replies:{site}:{root_id}"


def claim(p: int, site: str, comment_id: str) -> str:
    return f"codau:{{{p}}}:claim:{site}:{comment_id}"


def claimed(p: int, site: str, key_id: str) -> str:
    return f"codau:{{{p}}}:claimed:{site}:{key_id}"


def repeat(p: int, site: str, name: str, idempotency_key: str) -> str:
    return f"codau:{{{p}}}:repeat:{site}:{digest(name, idempotency_key)}"


def author(site: str, author_key: str, what: str) -> str:
    return f"codau:{{author:{site}:{digest(author_key)}}}:{what}"


def like(site: str, band: str) -> str:
    return f"codau:{{like:{site}:{band}}}:latest"


@lru_cache(maxsize=8_192)  # who writes once soon writes again
def limit(site: str, who: str) -> str:
    return f"codau:{{limit:{site}:{digest(who)}}}"


def passed(site: str, who: str, request: str) -> str:
    return f"{limit(site, who)}:{digest(request)}"


def counted(site: str) -> str:
    return f"codau:{{stats:{site}}}:counted"


def day(site: str, date: str) -> str:
    return f"codau:{{stats:{site}}}:day:{date}"


def hooks(site: str) -> str:
    return f"codau:{{hooks:{site}}}:hooks"


def hooks_epoch(site: str) -> str:
    return f"codau:{{hooks:{site}}}:epoch"


def hook(site: str, hook_id: str, what: str) -> str:
    return f"codau:{{hooks:{site}}}:{hook_id}:{what}"


def answers(process: str) -> str:
    """The channel on which one API process is told of the verdicts that it waits for."""
    return f"codau:answers:{process}"


def digest(*parts: str) -> str:
    """16 bytes: keys stay short, and hold no reader's data."""
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
