"""What every call may use, made once for a process."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from service.api.answers import Answers
from service.api.nodes import Nodes
from service.api.page_cache import Pages
from service.chance import Chance
from service.clock import unix_ms
from service.settings import Settings
from service.store.directory import KeyRecord, Role, Snapshot, digest_of
from service.store.store import Store

KEPT_UNREAD_S = 300.0
"""How long a process keeps what it rendered and nobody reads. What was erased is read no more: the thread's
version moves, and the comment is rendered anew."""


@dataclass(frozen=True, slots=True)
class Services:
    """Store, settings, and what tells of verdicts; time and chance are handed in."""

    store: Store
    settings: Settings
    answers: Answers
    now_ms: Callable[[], int] = unix_ms
    chance: Callable[[int], int] = field(default_factory=Chance)
    pages: Pages = field(default_factory=Pages)
    nodes: Nodes = field(default_factory=Nodes)

    def forget_unread(self) -> None:
        """Forget what is kept rendered and was not read lately: it may have been erased."""
        self.pages.forget_unread(KEPT_UNREAD_S)
        self.nodes.forget_unread(KEPT_UNREAD_S)

    def key_of(self, key: str, snapshot: Snapshot) -> KeyRecord | None:
        """What is known of a key, or None; the bootstrap admin's comes from the settings."""
        digest = digest_of(key)
        bootstrap = self.settings.admin_key
        if bootstrap is not None and hmac.compare_digest(
            digest, hashlib.sha256(bootstrap.get_secret_value().encode()).hexdigest()
        ):
            return KeyRecord("bootstrap", Role.ADMIN, "admin", None, 0, digest)
        return snapshot.keys.get(digest)


SERVICES = web.AppKey("services", Services)
