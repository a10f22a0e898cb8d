"""The newspaper of `codau up --demo`: a website on this machine, with keys and a webhook of its own.

Its webhook leads to an address that is not public. The API refuses such ones, so it is set here, and the
workers are told that this one URL may be called: nothing else is allowed for the demo's sake.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from service.errors import NotFound
from service.outgoing.signature import new_secret
from service.store.store import Store
from service.store.webhooks import TYPES, Hook
from service.supervision import first_keys
from service.supervision.first_keys import DEMO
from service.supervision.listening import near_url

HOOK = "wh_newspaper"
_PATH = "/codau"  # where it takes webhooks


@dataclass(frozen=True, slots=True)
class Newspaper:
    """What the newspaper is started with.

    Attributes:
        host: the address it listens on, in numbers.
        secret: signs what its webhook is told.
    """

    host: str
    port: int
    website_key: str
    moderator_key: str
    secret: str

    @property
    def hook_url(self) -> str:
        """Where it takes webhooks."""
        return _hook_url(self.host, self.port)

    def variables(self, codau_url: str) -> Mapping[str, str]:
        """Its environment."""
        return {
            "NEWSPAPER_HOST": self.host,
            "NEWSPAPER_PORT": str(self.port),
            "NEWSPAPER_CODAU_URL": codau_url,
            "NEWSPAPER_CODAU_KEY": self.website_key,
            "NEWSPAPER_MODERATOR_KEY": self.moderator_key,
            "NEWSPAPER_WEBHOOK_SECRET": self.secret,
            "NEWSPAPER_SEED": "1",
        }


async def prepared(store: Store, data_dir: Path, *, host: str, port: int, now_ms: int) -> Newspaper:
    """Its keys, and its webhook led to where it will listen: those of the last start, as far as they last."""
    website_key, moderator_key = await first_keys.for_newspaper(store.directory, data_dir, now_ms=now_ms)
    url = _hook_url(host, port)
    try:
        hook = await store.webhooks.change(DEMO, HOOK, lambda hook: replace(hook, url=url))
    except NotFound:
        hook = Hook(HOOK, url, TYPES, now_ms, new_secret())
        await store.webhooks.add(DEMO, hook, await store.events.ends())
    return Newspaper(host, port, website_key, moderator_key, hook.secret)


async def gone(store: Store) -> None:
    """Remove its webhook, where an earlier start left one: nobody listens there now."""
    with contextlib.suppress(NotFound):
        await store.webhooks.remove(DEMO, HOOK)


def _hook_url(host: str, port: int) -> str:
    return near_url(host, port) + _PATH
